"""Events of Responsys as statements."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from pipeline.stores.people_tables import handles
from pipeline.stores.stream_tables import records
from tests.consents.conftest import ADA, told


def test_an_opting_out_tells_both_sides(consent):
    (activation,) = consent.event("OPT_OUT")

    assert told([activation]) == [("out", ADA)]
    assert activation.variables["source"] == "opt-outs"
    assert activation.variables["captured_at"] == "2027-01-15T08:00:00Z"
    assert consent.statuses == [("out", 1)]


def test_an_event_without_an_address_names_that_of_its_persons_record(consent):
    """A webhook tells a RIID, and the record was read before any file told its address."""
    consent.lead("00Q000000000001EAA", box=False)
    with consent.events.begin() as connection:
        person = connection.scalar(select(handles.c.person).where(handles.c.kind == "email"))
        body = {"stamp": 1, "digest": "d", "body": f'[{{}},{{"Email":" {ADA.title()}"}}]', "person": person}
        connection.execute(insert(records).values(source="leads", record="00Q000000000001EAA", **body))

    activations = consent.event("OPT_OUT", email="", person=person)

    assert told(activations) == [("out", ADA)]


def test_a_complaint_counts_as_opting_out(consent):
    assert told(consent.event("COMPLAINT")) == [("out", ADA)]


@pytest.mark.parametrize("kind", ["OPEN", "CLICK", "SMS_OPT_OUT"])
def test_other_events_say_nothing(consent, kind):
    assert consent.event(kind) == []
    assert consent.kept == []


@pytest.mark.parametrize(("again", "status"), [("never", "out"), ("manual", "out"), ("evidence", "in")])
def test_a_proven_opting_in_begins_an_epoch_where_evidence_may(consent, again, status):
    consent.account = replace(consent.account, again=again)
    consent.event("OPT_OUT")
    consent.now += 10_000

    activations = consent.event("OPT_IN")

    assert told(activations) == ([("in", ADA)] if status == "in" else [])
    assert consent.statuses == [(status, 2 if status == "in" else 1)]


def test_an_opting_in_of_the_same_second_does_not_undo(consent):
    consent.event("OPT_OUT")

    assert consent.event("OPT_IN") == []
    assert consent.statuses[0][0] == "out"


def test_an_event_of_an_earlier_epoch_that_comes_late_changes_nothing(consent):
    early = consent.now
    consent.event("OPT_OUT", at=early)
    consent.now += 60_000
    consent.event("OPT_IN")

    assert consent.event("COMPLAINT", at=early + 30_000) == []
    assert consent.statuses == [("in", 2)]
    assert len(consent.kept) == 3


def test_an_opting_out_from_the_future_counts_now(consent):
    """It would otherwise outlive each epoch until then."""
    consent.event("OPT_OUT", at=consent.now + 86_400_000)
    consent.now += 10_000

    assert told(consent.event("OPT_IN")) == [("in", ADA)]


def test_an_opting_in_from_the_future_proves_nothing(consent):
    consent.event("OPT_OUT")

    assert consent.event("OPT_IN", at=consent.now + 86_400_000) == []
    assert consent.statuses == [("out", 1)]


def test_an_event_of_the_same_key_counts_once(consent):
    consent.event("OPT_OUT", id="7")
    consent.event("OPT_OUT", id="7")

    assert len(consent.kept) == 1
