"""Dead letters as documents for programs: one, a page of them, and groups by destination and code."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select

from pipeline.operate.paging import Page
from pipeline.settle import dead_letters as letters
from pipeline.settle.dead_letters import DeadLetter, Filter
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import dead_letters as table
from pipeline.text.times import rfc3339

GROUP = (table.c.connector, table.c.destination, table.c.code)  # the order of an index
MOMENTS_AT_ONCE = 500  # in one statement
INTERNAL = ("activation", "email", "replay_began_at", "event")
OF_LOOK_UPS = ("finding", "proven", "outcome", "evidence")  # left out where they say nothing


def without_activation(letter: DeadLetter) -> dict[str, Any]:
    """Return a letter without its activation."""
    fields = asdict(letter)
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in fields.items()
        if name not in INTERNAL and (name not in OF_LOOK_UPS or value)
    }


def with_activation(letter: DeadLetter) -> dict[str, Any]:
    """Return a letter with its activation, which is a text if it is no JSON."""
    return {**without_activation(letter), "activation": parsed(letter.activation)}


def parsed(text: str) -> Any:
    """Read JSON; return the text itself if it is none, or so deep that it could not be written again."""
    try:
        found = json.loads(text)
        json.dumps(found, indent=2)
    except (ValueError, RecursionError):
        return text
    return found


def page_of_letters(
    engine: Engine, chosen: Filter, page: Page, *, profiles: bool, count: int | None = None
) -> dict[str, Any]:
    """Return ``{"count", "dead_letters", "next"}``, newest first; ``profiles``: with the profiles' ids.

    ``count``: all letters that match, where the caller has counted them.
    """
    statement = select(table).where(chosen.conditions(datetime.now(UTC)))
    with reading(engine) as connection:
        rows, following = page.read(connection, statement, table, table.c.created_at)
    documents = [named(without_activation(DeadLetter(**row)), profiles=profiles) for row in rows]
    found = letters.count(engine, chosen) if count is None else count
    return {"count": found, "dead_letters": documents, "next": following}


def named(document: Mapping[str, Any], *, profiles: bool) -> dict[str, Any]:
    """Return the document of a letter, without its profile unless ``profiles``."""
    return {name: value for name, value in document.items() if profiles or name != "profile_id"}


def groups_of_letters(engine: Engine, chosen: Filter) -> dict[str, Any]:
    """Return ``{"groups": [...]}`` by connector, destination and code, the largest first."""
    condition = chosen.conditions(datetime.now(UTC))
    times = (func.min(table.c.created_at).label("oldest"), func.max(table.c.created_at).label("newest"))
    counted = select(*GROUP, func.count().label("letters"), *times).where(condition).group_by(*GROUP)
    with reading(engine) as connection:
        rows = connection.execute(counted).all()
        details = newest_details(connection, condition, rows)
    largest = sorted(rows, key=lambda row: (-row.letters, row.connector or "", row.destination or ""))
    return {"groups": [group_document(row, details) for row in largest]}


def newest_details(connection: Connection, condition: Any, rows: Sequence[Row[Any]]) -> dict[Any, str]:
    """Return a detail of each group's newest letters, by group and time; a statement is for many groups."""
    found: dict[Any, str] = {}
    moments = sorted({row.newest for row in rows})
    for first in range(0, len(moments), MOMENTS_AT_ONCE):
        some = table.c.created_at.in_(moments[first : first + MOMENTS_AT_ONCE])
        columns = (*GROUP, table.c.created_at)
        wanted = select(*columns, func.min(table.c.detail)).where(condition, some).group_by(*columns)
        found |= {tuple(row[:4]): row[4] for row in connection.execute(wanted)}
    return found


def group_document(row: Row[Any], details: Mapping[Any, str]) -> dict[str, Any]:
    """Return one group."""
    return {
        "connector": row.connector,
        "destination": row.destination,
        "code": row.code,
        "count": row.letters,
        "oldest": rfc3339(row.oldest),
        "newest": rfc3339(row.newest),
        "detail": details.get((row.connector, row.destination, row.code, row.newest), ""),
    }
