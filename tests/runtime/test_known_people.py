"""pipeline.runtime.known_people: identifiers of a batch's people, out of the events store."""

from types import SimpleNamespace

import pytest

from pipeline.model.activation import Activation
from pipeline.runtime.known_people import KnownPeople
from tests.people.records import ORG, record, take

CONTACT = "003000000000001AAA"
CONNECTOR = SimpleNamespace(name="crm")


@pytest.fixture
def rows(events):
    """Two people, of whom one is known, and a profile of a producer."""
    (person,) = take(events, record(CONTACT, "ada@example.com", riid="7"))
    return [Activation("people", name, "ADD") for name in ("p-1", f"person:{person}", "person:99")]


def told(events, rows, *briefed, org=ORG):
    action = SimpleNamespace(connector=CONNECTOR, briefed=frozenset(briefed))
    return KnownPeople(lambda: events, lambda _: org).brief(action, rows).identifiers


def test_rows_are_told_the_identifiers_that_their_action_wants(events, rows):
    assert told(events, rows, "salesforce_id") == {1: {"salesforce_id": CONTACT}}
    assert told(events, rows, "salesforce_id", "riid") == {1: {"salesforce_id": CONTACT, "riid": "7"}}


def test_the_id_of_another_org_is_not_told_nor_any_before_the_org_is_known(events, rows):
    assert told(events, rows, "salesforce_id", org="00D000000000002AAA").get(1, {}) == {}
    assert told(events, rows, "salesforce_id", org="") == {}


def test_no_store_is_opened_for_profiles_of_producers():
    def opened():
        raise AssertionError("opened")

    action = SimpleNamespace(connector=CONNECTOR, briefed=frozenset({"salesforce_id"}))
    people = [Activation("people", "p-1", "ADD")]
    assert KnownPeople(opened, lambda _: ORG).brief(action, people).identifiers == {}
