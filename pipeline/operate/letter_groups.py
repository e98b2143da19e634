"""Dead letters in groups by connector, destination and code, as documents for programs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, func, or_, select

from pipeline.settle.dead_letters import Filter
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import dead_letters as table
from pipeline.text.times import rfc3339

PLACE = (table.c.connector, table.c.destination)
GROUP = (*PLACE, table.c.code)  # the order of an index
TIMES = ((func.min, "oldest"), (func.max, "newest"))
MOMENTS_AT_ONCE = 500  # in one statement

Condition = ColumnElement[bool]


class LetterGroup(NamedTuple):
    """The letters of one code and place."""

    connector: str | None
    destination: str | None
    code: str
    letters: int
    oldest: datetime
    newest: datetime


def groups_of_letters(engine: Engine, chosen: Filter) -> dict[str, Any]:
    """Return ``{"groups": [...]}`` by connector, destination and code, the largest first."""
    condition = chosen.conditions(datetime.now(UTC))
    with reading(engine) as connection:
        groups = counted_groups(connection, condition)
        details = newest_details(connection, condition, groups)
    largest = sorted(groups, key=lambda one: (-one.letters, one.connector or "", one.destination or ""))
    return {"groups": [group_document(group, details) for group in largest]}


def counted_groups(connection: Connection, condition: Condition) -> list[LetterGroup]:
    """Return all groups.

    The times of a group are the two ends of its part of an index: comparing the times of all its letters
    would take longer than counting these.
    """
    groups = select(*GROUP, func.count().label("letters")).where(condition).group_by(*GROUP).subquery()
    same = [column == groups.c[column.name] for column in GROUP]
    times = [
        select(end(table.c.created_at)).where(condition, *same).scalar_subquery().label(name)
        for end, name in TIMES
    ]
    found = [LetterGroup(*row) for row in connection.execute(select(groups, *times))]
    placed = [group for group in found if group.connector is not None and group.destination is not None]
    return found if placed == found else [*placed, *lost_groups(connection, condition)]


def lost_groups(connection: Connection, condition: Condition) -> list[LetterGroup]:
    """Return the groups of letters without a connector or destination, which equal nothing in SQL."""
    lost = or_(*(column.is_(None) for column in PLACE))
    times = [end(table.c.created_at) for end, _ in TIMES]
    grouped = select(*GROUP, func.count(), *times).where(condition, lost).group_by(*GROUP)
    return [LetterGroup(*row) for row in connection.execute(grouped)]


def newest_details(
    connection: Connection, condition: Condition, groups: Sequence[LetterGroup]
) -> dict[Any, str]:
    """Return a detail of each group's newest letters, by group and time; a statement is for many groups."""
    found: dict[Any, str] = {}
    moments = sorted({group.newest for group in groups})
    for first in range(0, len(moments), MOMENTS_AT_ONCE):
        some = table.c.created_at.in_(moments[first : first + MOMENTS_AT_ONCE])
        columns = (*GROUP, table.c.created_at)
        wanted = select(*columns, func.min(table.c.detail)).where(condition, some).group_by(*columns)
        found |= {tuple(row[:4]): row[4] for row in connection.execute(wanted)}
    return found


def group_document(group: LetterGroup, details: Mapping[Any, str]) -> dict[str, Any]:
    """Return one group."""
    return {
        "connector": group.connector,
        "destination": group.destination,
        "code": group.code,
        "count": group.letters,
        "oldest": rfc3339(group.oldest),
        "newest": rfc3339(group.newest),
        "detail": details.get((group.connector, group.destination, group.code, group.newest), ""),
    }
