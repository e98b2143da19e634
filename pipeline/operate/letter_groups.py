"""Dead letters in groups by connector, destination and code, as documents for programs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, func, select

from pipeline.settle.dead_letters import Filter
from pipeline.settle.letter_sums import letter_sums
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import dead_letters as table
from pipeline.text.times import rfc3339

GROUP = (table.c.connector, table.c.destination, table.c.code)
TIMES = (func.min(table.c.created_at), func.max(table.c.created_at))
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
    now = datetime.now(UTC)
    with reading(engine) as connection:
        groups = [LetterGroup(*row) for row in letter_sums(connection, chosen, now, *TIMES)]
        details = newest_details(connection, chosen.conditions(now), groups)
    largest = sorted(groups, key=lambda one: (-one.letters, one.connector or "", one.destination or ""))
    return {"groups": [group_document(group, details) for group in largest]}


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
