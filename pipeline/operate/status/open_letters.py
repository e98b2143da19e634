"""Open dead letters by place: they wait for a person's decision."""

from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import Engine

from pipeline.settle.dead_letters import Filter
from pipeline.settle.letter_sums import letter_sums
from pipeline.settle.statistics import Where
from pipeline.stores.database import reading


def open_letters(engine: Engine, connector: str | None = None) -> dict[Where, int]:
    """Count the open dead letters by connector and destination, "" where a letter has none.

    ``connector``: only those of this one; None: all.
    """
    counted: Counter[Where] = Counter()
    with reading(engine) as connection:
        chosen = Filter(connector=connector)
        for of, destination, _, amount in letter_sums(connection, chosen, datetime.now(UTC)):
            counted[Where(of or "", destination or "")] += amount
    return counted
