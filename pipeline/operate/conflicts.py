"""Conflicts, as people look at them and settle them: questions about people and their records."""

from typing import Any

from sqlalchemy import Connection

from pipeline.consents.conflict_questions import KIND as OF_CONSENTS
from pipeline.errors import Misconfigured
from pipeline.operate.activity import Actor, note_alone
from pipeline.operate.consent_settling import settle_consent
from pipeline.operate.paging import Page
from pipeline.operate.people import read_records
from pipeline.pairs.pair_conflicts import KIND as OF_PAIRS
from pipeline.pairs.settling import settle_question
from pipeline.people import conflicts as of_people
from pipeline.people.conflicts import Conflict, conflict_of, conflicts_query, find_conflict
from pipeline.runtime.stores import Stores
from pipeline.stores import nudges
from pipeline.stores.database import reading
from pipeline.stores.people_tables import conflicts
from pipeline.streams.stream_outbox import put_outgoing


def read_conflicts(stores: Stores, page: Page, *, settled: bool = False) -> dict[str, Any]:
    """Return ``{"conflicts": [...], "next": cursor or None}``, newest first; ``settled``: those as well."""
    events = stores.events_if_any
    if events is None:
        return {"conflicts": [], "next": None}
    query = conflicts_query()
    if not settled:
        query = query.where(conflicts.c.settled.is_(None))
    with reading(events) as connection:
        rows, following = page.read(connection, query, conflicts, conflicts.c.at)
    return {"conflicts": [conflict_of(row).document for row in rows], "next": following}


def show_conflict(stores: Stores, actor: Actor, number: int) -> dict[str, Any]:
    """Return a conflict with the records of the people whom it is about; note that they were looked at.

    Raises Misconfigured if there is none of this number.
    """
    events = stores.events_if_any
    if events is None:
        raise Misconfigured(f"there is no conflict {number}")
    with reading(events) as connection:
        conflict = find_conflict(connection, number)
        people = {
            f"person:{person}": read_records(connection, person, None)
            for person in (conflict.whose, conflict.other)
            if person
        }
    note_alone(stores.engine, actor, "conflict.shown", f"conflict:{number}")
    return conflict.document | {"records": people}


def settle_conflict(stores: Stores, actor: Actor, number: int, answer: str | None = None) -> dict[str, Any]:
    """Settle a conflict, note it as an activity, and return the conflict; no answer: as suggested.

    Raises Misconfigured for another answer, and for a conflict that is settled or that there is not.
    """
    with stores.events.begin() as connection:
        conflict = find_conflict(connection, number)
        chosen = conflict.suggestion if answer is None else answer
        if conflict.kind == OF_CONSENTS:
            settle_consent(connection, stores.records_without_secrets.load(), conflict, chosen, actor.name)
        elif conflict.kind == OF_PAIRS:
            settle_field(connection, stores, conflict, chosen, actor.name)
        else:
            of_people.settle_conflict(connection, number, chosen, actor.name)
        document = find_conflict(connection, number).document
    note_alone(stores.engine, actor, "conflict.settled", f"conflict:{number}", document["settled"] or "")
    return document


def settle_field(connection: Connection, stores: Stores, conflict: Conflict, answer: str, by: str) -> None:
    """Settle the conflict of a pair's field; the writes go out with the next run of a source."""
    catalog = stores.records_without_secrets.load()
    found = settle_question(connection, catalog, conflict, answer, by)
    if found:
        source = catalog.pairs[conflict.values["pair"]].salesforce[0]
        put_outgoing(connection, source, found, bulk=False)
        nudges.leave(stores.redis, [source])
