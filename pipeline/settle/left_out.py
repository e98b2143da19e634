"""Left out: values that rows were sent without, by destination and column, among the statistics.

A column with ``invalid = "skip"`` lets a row go without a value that is none of the column's type.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Engine, cast, func, select

from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import statistics

LEFT_OUT = "left_out:"  # before the name of a column


def left_out_since(engine: Engine, age: timedelta) -> dict[str, dict[str, int]]:
    """Return the numbers of the last time, in full hours, by destination and column."""
    columns = (statistics.c.destination, statistics.c.name)
    recent = statistics.c.hour > datetime.now(UTC) - age
    wanted = select(*columns, cast(func.sum(statistics.c.value), BigInteger)).where(
        recent, statistics.c.name.startswith(LEFT_OUT, autoescape=True)
    )
    numbers: dict[str, dict[str, int]] = {}
    with reading(engine) as connection:
        for destination, name, amount in connection.execute(wanted.group_by(*columns)):
            numbers.setdefault(destination, {})[name.removeprefix(LEFT_OUT)] = amount
    return numbers
