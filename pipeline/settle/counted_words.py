"""Counted words: statistics that are named by a prefix and a word, such as ``left_out:SEEN``."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import BigInteger, Engine, cast, func, select

from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import statistics

Owner = Literal["connector", "destination"]


def words_since(engine: Engine, prefix: str, age: timedelta, owner: Owner) -> dict[str, dict[str, int]]:
    """Return the numbers of the last time, in full hours, by their owner and word, both sorted."""
    columns = (statistics.c[owner], statistics.c.name)
    chosen = (
        statistics.c.hour > datetime.now(UTC) - age,
        statistics.c.name.startswith(prefix, autoescape=True),
    )
    total = cast(func.sum(statistics.c.value), BigInteger)  # PostgreSQL adds up to a decimal number
    wanted = select(*columns, total).where(*chosen).group_by(*columns).order_by(*columns)
    numbers: dict[str, dict[str, int]] = {}
    with reading(engine) as connection:
        for name, word, amount in connection.execute(wanted):
            numbers.setdefault(name, {})[word.removeprefix(prefix)] = amount
    return numbers
