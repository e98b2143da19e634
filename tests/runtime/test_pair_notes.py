"""Notes of batches close the writes of pairs that they are about."""

from datetime import UTC, datetime

import pytest

from pipeline.pairs.field_book import write_id
from pipeline.runtime import pair_notes
from pipeline.settle.witness_notes import WitnessNote
from tests.pairs.environment import TwoSides
from tests.pairs.test_page_pairing import BOSS


@pytest.fixture
def sides(sqlite_events):
    two = TwoSides(sqlite_events)
    two.salesforce(BOSS)
    two.later(1).responsys({"title": "Boss", "phone": "0123456789"})
    return two


def note(identity, verdict="delivered"):
    row = {"id": identity, "profile_id": "person:1", "call_type": "UPDATE", "verdict": verdict}
    return WitnessNote("b", "list", "acme", datetime.now(UTC), [{**row, "identifiers": {}}])


def test_a_verdict_closes_the_writes_up_to_its_number(sides, monkeypatch):
    monkeypatch.setattr(pair_notes, "written_fields", lambda *_: frozenset({"title"}))
    written = sides.later(1).salesforce({**BOSS, "title": "Chief"})[-1]
    take = pair_notes.pair_taker(sides.catalog)

    with sides.events.begin() as connection:
        take(connection, [note("a-7"), note(None), note(write_id("responsys", sides_person(written), 1))])
    assert sides.states()["title"].responsys.open

    with sides.events.begin() as connection:
        take(connection, [note(written.id)])
    assert sides.states()["title"].responsys.open == ()


def test_a_rejection_is_kept_with_its_code(sides, monkeypatch):
    monkeypatch.setattr(pair_notes, "written_fields", lambda *_: frozenset({"title"}))
    written = sides.later(1).salesforce({**BOSS, "title": "Chief"})[-1]

    with sides.events.begin() as connection:
        pair_notes.pair_taker(sides.catalog)(connection, [note(written.id, "MERGEFAILED")])

    assert sides.states()["title"].responsys.refused == "MERGEFAILED"


def sides_person(written):
    return int(written.profile_id.partition(":")[2])
