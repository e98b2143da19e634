"""Notes that batches left are taken over into the events store, each once."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import func, insert, select

from pipeline.people.known_identifiers import known_identifiers
from pipeline.runtime.note_taking import NoteTaking
from pipeline.stores.outcome_tables import witness_notes
from pipeline.stores.stream_tables import streams
from tests.people.records import ORG, record, take

CONTACT = "003000000000001AAA"


@pytest.fixture
def catalog():
    """A catalog with an org, which a stream has met, and an account."""
    connectors = {
        "acme": SimpleNamespace(name="acme", kind="responsys", account="a1"),
        "crm": SimpleNamespace(name="crm", kind="salesforce", account="c1"),
    }
    return SimpleNamespace(
        connectors=connectors, sources_of=lambda name: [SimpleNamespace(name="contacts")] * (name == "crm")
    )


def leave(engine, batch, connector, **identifiers):
    row = {"id": batch, "profile_id": "person:1", "call_type": "ADD", "verdict": "delivered"}
    rows = [row | {"identifiers": identifiers}]
    with engine.begin() as connection:
        note = {"batch": batch, "destination": "d", "connector": connector, "at": datetime.now(UTC)}
        connection.execute(insert(witness_notes).values(**note, rows=rows))


def amount(engine):
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(witness_notes))


@pytest.fixture
def person(sqlite, sqlite_events):
    with sqlite_events.begin() as connection:
        connection.execute(insert(streams).values(source="contacts", org=ORG))
    take(sqlite_events, record("00Q000000000001EAA", "ada@example.com"))
    leave(sqlite, "b1", "acme", riid="7")
    leave(sqlite, "b2", "crm", salesforce_id=CONTACT)
    leave(sqlite, "b3", "removed", riid="8")
    return "person:1"


def known(events, person):
    with events.connect() as connection:
        return known_identifiers(connection, [person])[person]


def test_ids_that_answers_told_become_those_of_their_people(sqlite, sqlite_events, catalog, person):
    assert NoteTaking(sqlite, sqlite_events).run(catalog) == 3

    assert known(sqlite_events, person) == {"riid": "7", "salesforce_id": CONTACT}
    assert amount(sqlite) == 0


def test_a_note_that_was_taken_and_not_deleted_is_taken_again(sqlite, sqlite_events, catalog, person):
    seen = []

    def fail(_connection, notes):
        seen.append([note.batch for note in notes])
        if len(seen) == 1:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        NoteTaking(sqlite, sqlite_events, [fail]).run(catalog)
    assert amount(sqlite) == 3

    NoteTaking(sqlite, sqlite_events, [fail]).run(catalog)

    assert seen == [["b1", "b2", "b3"]] * 2
    assert known(sqlite_events, person) == {"riid": "7", "salesforce_id": CONTACT}
