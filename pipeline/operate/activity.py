"""Activity: changes by a key, the console, a command or the program itself. It names no profile.

Table ``activity``.
"""

import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, select

from pipeline.operate.paging import Page
from pipeline.stores.database import reading
from pipeline.stores.operator_tables import activity
from pipeline.text.times import rfc3339

MAX_DETAIL = 500  # characters


@dataclass(frozen=True)
class Actor:
    """The author of a change, as ``key:crm``, ``console:ops`` or ``cli:ada``; and its request, if any."""

    name: str
    request_id: str = ""


SYSTEM = Actor("system")


def person_at_terminal() -> Actor:
    """Return the user of a command."""
    try:
        return Actor(f"cli:{getpass.getuser()}")
    except (KeyError, OSError):
        return Actor("cli:unknown")


def note(connection: Connection, actor: Actor, action: str, of: str = "", detail: str = "") -> None:
    """Write an activity into a transaction; ``of`` is its object, such as ``destination:lapsed``."""
    values = {
        "at": datetime.now(UTC),
        "actor": actor.name,
        "action": action,
        "object": of,
        "detail": detail[:MAX_DETAIL],
        "request_id": actor.request_id,
    }
    connection.execute(activity.insert().values(values))


def note_alone(engine: Engine, actor: Actor, action: str, of: str = "", detail: str = "") -> None:
    """Write an activity in a transaction of its own."""
    with engine.begin() as connection:
        note(connection, actor, action, of, detail)


def read_activity(
    engine: Engine,
    page: Page,
    *,
    actor: str | None = None,
    action: str | None = None,
    since: timedelta | None = None,
    of: str | None = None,
) -> dict[str, Any]:
    """Return ``{"activity": [...], "next": cursor or None}``, newest first; ``of``: those on one object."""
    statement = select(activity)
    if of is not None:
        statement = statement.where(activity.c.object == of)
    if actor is not None:
        statement = statement.where(activity.c.actor == actor)
    if action is not None:
        statement = statement.where(activity.c.action == action)
    if since is not None:
        statement = statement.where(activity.c.at >= datetime.now(UTC) - since)
    with reading(engine) as connection:
        rows, following = page.read(connection, statement, activity, activity.c.at)
    return {"activity": [activity_document(row) for row in rows], "next": following}


def activity_document(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an activity for people and programs."""
    names = ("actor", "action", "object", "detail", "request_id")
    return {"at": rfc3339(row["at"]), **{name: row[name] for name in names}}
