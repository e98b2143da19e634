"""Dead letters as documents for programs: one, a page of them, and groups by destination and code."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select

from pipeline.operate.paging import Page
from pipeline.settle import dead_letters as letters
from pipeline.settle.dead_letters import DeadLetter, Filter
from pipeline.stores.database import reading
from pipeline.stores.tables import dead_letters as table
from pipeline.text.times import rfc3339


def without_activation(letter: DeadLetter) -> dict[str, Any]:
    """Return a letter without its activation."""
    fields = asdict(letter)
    del fields["activation"]
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()
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


def page_of_letters(engine: Engine, chosen: Filter, page: Page, *, profiles: bool) -> dict[str, Any]:
    """Return ``{"count", "dead_letters", "next"}``, newest first; ``profiles``: with the profiles' ids."""
    statement = select(table).where(chosen.conditions(datetime.now(UTC)))
    with reading(engine) as connection:
        rows, following = page.read(connection, statement, table, table.c.created_at)
    documents = [named(without_activation(DeadLetter(**row)), profiles=profiles) for row in rows]
    return {"count": letters.count(engine, chosen), "dead_letters": documents, "next": following}


def named(document: Mapping[str, Any], *, profiles: bool) -> dict[str, Any]:
    """Return the document of a letter, without its profile unless ``profiles``."""
    return {name: value for name, value in document.items() if profiles or name != "profile_id"}


def groups_of_letters(engine: Engine, chosen: Filter) -> dict[str, Any]:
    """Return ``{"groups": [...]}`` by connector, destination and code, the largest first."""
    condition = chosen.conditions(datetime.now(UTC))
    group = (table.c.connector, table.c.destination, table.c.code)
    times = (func.min(table.c.created_at).label("oldest"), func.max(table.c.created_at).label("newest"))
    counted = select(*group, func.count().label("letters"), *times).where(condition).group_by(*group)
    with reading(engine) as connection:
        rows = connection.execute(counted).all()
        largest = sorted(rows, key=lambda row: (-row.letters, row.connector or "", row.destination or ""))
        return {"groups": [group_document(connection, condition, row) for row in largest]}


def group_document(connection: Connection, condition: Any, row: Row[Any]) -> dict[str, Any]:
    """Return one group, with the detail of its newest letter."""
    newest = select(table.c.detail).where(
        condition,
        table.c.connector.is_(None) if row.connector is None else table.c.connector == row.connector,
        table.c.destination.is_(None) if row.destination is None else table.c.destination == row.destination,
        table.c.code == row.code,
        table.c.created_at == row.newest,
    )
    return {
        "connector": row.connector,
        "destination": row.destination,
        "code": row.code,
        "count": row.letters,
        "oldest": rfc3339(row.oldest),
        "newest": rfc3339(row.newest),
        "detail": connection.scalar(newest.limit(1)) or "",
    }
