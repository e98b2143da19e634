"""Entries of a rule: enterings that it asked for, each with its state and its evidence."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from pipeline.errors import Misconfigured
from pipeline.operate.paging import Page
from pipeline.operate.people import entry_document
from pipeline.runtime.stores import Stores
from pipeline.stores.database import reading
from pipeline.stores.stream_tables import entries


def page_of_entries(stores: Stores, rule: str, page: Page, state: str | None = None) -> dict[str, Any]:
    """Return ``{"entries": [...], "next": cursor or None}`` of a rule, newest first, by state."""
    events = stores.events_if_any
    if events is None:
        return {"entries": [], "next": None}
    query = select(entries).where(entries.c.rule == rule)
    if state is not None:
        query = query.where(entries.c.state == state)
    with reading(events) as connection:
        rows, following = page.read(connection, query, entries, entries.c.asked_at, entries.c.key)
    return {"entries": [entry_document(row) for row in rows], "next": following}


def list_entries(stores: Stores, rule: str | None, state: str | None, most: int) -> list[dict[str, Any]]:
    """Return entries, newest first: of a rule, of a state, or of all.

    Raises Misconfigured for a rule that is not there and has left no entry.
    """
    found = newest_entries(stores, rule, state, most)
    if rule is not None and not found and not newest_entries(stores, rule, None, 1):
        rules = stores.records_without_secrets.names("rules")
        if rule not in rules:
            raise no_such_rule(rule, rules)
    return found


def newest_entries(stores: Stores, rule: str | None, state: str | None, most: int) -> list[dict[str, Any]]:
    """Return entries, newest first, of any rule that there was."""
    events = stores.events_if_any
    if events is None:
        return []
    query = select(entries).order_by(entries.c.asked_at.desc(), entries.c.key).limit(most)
    if rule is not None:
        query = query.where(entries.c.rule == rule)
    if state is not None:
        query = query.where(entries.c.state == state)
    with reading(events) as connection:
        return [entry_document(dict(row)) for row in connection.execute(query).mappings()]


def no_such_rule(name: str, rules: Iterable[str]) -> Misconfigured:
    """Return the error that a rule does not exist, and which ones do."""
    names = ", ".join(sorted(rules)) or "none"
    return Misconfigured(f'there is no rule "{name}"; there are: {names}')
