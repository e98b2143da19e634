"""Left out: values that rows were sent without, by destination and column, among the statistics.

A column with ``invalid = "skip"`` lets a row go without a value that is none of the column's type.
"""

from datetime import timedelta

from sqlalchemy import Engine

from pipeline.settle.counted_words import words_since

LEFT_OUT = "left_out:"  # before the name of a column


def left_out_since(engine: Engine, age: timedelta) -> dict[str, dict[str, int]]:
    """Return the numbers of the last time, in full hours, by destination and column."""
    return words_since(engine, LEFT_OUT, age, "destination")
