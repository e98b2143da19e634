"""Dead letters as documents for programs: one, and a page of them."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, select

from pipeline.operate.paging import Page
from pipeline.settle import dead_letters as letters
from pipeline.settle.dead_letters import DeadLetter, Filter
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import dead_letters as table

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
    documents = [letter_document(without_activation(DeadLetter(**row)), profiles=profiles) for row in rows]
    found = letters.count(engine, chosen) if count is None else count
    return {"count": found, "dead_letters": documents, "next": following}


def letter_document(document: Mapping[str, Any], *, profiles: bool) -> dict[str, Any]:
    """Return the document of a letter, without its profile unless ``profiles``."""
    return {name: value for name, value in document.items() if profiles or name != "profile_id"}
