"""Sums of dead letters by connector, destination and code.

The open ones are counted in the table ``open_letters`` as they come and go, by triggers: a million would take
0.2 s at each look. The times of a group are the ends of its part of an index. Letters of all states are
summed state by state, in the order of that index: groups across states would sort a million letters.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import add
from typing import Any

from sqlalchemy import Connection, Engine, Function, Select, String, func, null, select, type_coerce

from pipeline.settle.dead_letters import Filter
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import dead_letters as table
from pipeline.stores.outcome_tables import open_letters as counted

GROUP = ("connector", "destination", "code")
# Letters without a value in these columns: in SQL such a value equals nothing, and is "" in ``open_letters``.
LACKED = ((), ("destination",), ("connector",), ("connector", "destination"))
LETTERS = func.count()
NOTHING = type_coerce(null(), String)
TOGETHER: Mapping[str, Callable[[Any, Any], Any]] = {
    "min": min,
    "max": max,
}  # values of two states, by the function


def count_by_code(engine: Engine, chosen: Filter) -> list[tuple[str | None, str, int]]:
    """Return destination, code and number of letters, the largest number first."""
    amounts: Counter[tuple[str | None, str]] = Counter()
    with reading(engine) as connection:
        for _, destination, code, amount in letter_sums(connection, chosen, datetime.now(UTC)):
            amounts[destination, code] += amount
    largest = sorted(amounts.items(), key=lambda pair: (-pair[1], pair[0][0] or "", pair[0][1]))
    return [(destination, code, amount) for (destination, code), amount in largest]


def letter_sums(connection: Connection, chosen: Filter, now: datetime, *sums: Function[Any]) -> Iterator[Any]:
    """Give connector, destination, code, number of letters and ``sums`` of each group that has letters.

    ``sums``: functions ``min`` and ``max`` of a column.
    """
    if chosen.is_counted:
        for lacked in LACKED:
            yield from connection.execute(counted_sums(chosen, lacked, sums))
        return
    columns = [table.c[name] for name in GROUP]
    wanted = select(*columns, LETTERS, *sums).where(chosen.conditions(now))
    grouped = wanted.group_by(table.c.state, *columns)
    yield from across_states(connection.execute(grouped), sums)


def across_states(rows: Iterable[Any], sums: Sequence[Function[Any]]) -> Iterator[Any]:
    """Make one row of those of a group, which has one for each state."""
    ways = [add, *(TOGETHER[one.name] for one in sums)]
    groups: dict[Any, list[Any]] = {}
    for connector, destination, code, *values in rows:
        group = (connector, destination, code)
        known = groups.get(group)
        groups[group] = (
            [way(*two) for way, *two in zip(ways, known, values, strict=True)] if known else values
        )
    return ((*group, *values) for group, values in groups.items())


def counted_sums(chosen: Filter, lacked: Sequence[str], sums: Iterable[Function[Any]]) -> Select[Any]:
    """Select the sums of the groups of open letters that have no value in the columns ``lacked``."""
    columns = [NOTHING if name in lacked else counted.c[name] for name in GROUP]
    of_group = [
        counted.c[name] == "" if name in lacked else counted.c[name] != ""
        for name in ("connector", "destination")
    ]
    same = [table.c[name].is_(None) if name in lacked else table.c[name] == counted.c[name] for name in GROUP]
    summed = [select(one).where(table.c.state == "open", *same).scalar_subquery() for one in sums]
    wanted = select(*columns, counted.c.letters, *summed)
    return wanted.where(counted.c.letters > 0, chosen.counted_conditions(), *of_group)
