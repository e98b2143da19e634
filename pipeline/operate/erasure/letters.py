"""Erase dead letters, whatever their state."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, or_, select

from pipeline.evidence.email_event import DELIVERED
from pipeline.operate.erasure.found import Found
from pipeline.operate.erasure.ownership import is_of, json_spellings
from pipeline.settle import statistics as stats
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import dead_letters as table
from pipeline.text.escapes import storable


def erase(engine: Engine, profile: str, found: Found, *, only_count: bool) -> None:
    """Delete a profile's letters, and count those that stood for a row in the books."""
    places = (table.c.connector, table.c.destination, table.c.state, table.c.outcome)
    named = table.c.profile_id == storable(profile)
    if only_count:
        with reading(engine) as connection:
            rows = connection.execute(
                select(*places).where(
                    or_(named, table.c.id.in_(letters_without_profile(connection, profile)))
                )
            ).all()
    else:
        with engine.begin() as connection:
            chosen = or_(named, table.c.id.in_(letters_without_profile(connection, profile)))
            rows = connection.execute(delete(table).where(chosen).returning(*places)).all()
            own = (row for row in rows if stands_for_row(row))
            counted = Counter((row.connector, row.destination) for row in own)
            for (connector, destination), amount in counted.items():
                where = stats.Where(connector or "", destination or "")
                stats.add(connection, datetime.now(UTC), where, {"erased": amount})
    for row in rows:
        found.add("dead letters", 1, row.destination)


def stands_for_row(letter: Any) -> bool:
    """Tell whether a letter is a row in the books; a replayed or delivered one is counted elsewhere."""
    return bool(letter.state != "replayed" and letter.outcome != DELIVERED)


def letters_without_profile(connection: Connection, profile: str) -> list[str]:
    """Return the ids of letters that have no profile because they cannot be read, and that name this one."""
    likely = or_(
        *(table.c.activation.contains(spelling, autoescape=True) for spelling in json_spellings(profile))
    )
    rows = connection.execute(select(table.c.id, table.c.activation).where(table.c.profile_id == "", likely))
    return [row.id for row in rows if is_of(profile, row.activation.encode())]
