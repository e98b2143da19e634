"""Consents on a stream of Salesforce: an org in a process of its own, both databases, a real Redis."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from pipeline.consents.consent_follower import ConsentFollower
from pipeline.consents.noting import now_ms
from pipeline.consents.telling import note_answer, statement_of
from pipeline.model.consent_account import ConsentAccount
from pipeline.model.source_record import SourceRecord
from pipeline.stores.consent_tables import consent_statements
from pipeline.stores.database import reading
from pipeline.stores.people_tables import conflicts
from tests.streams.environment import LEADS, ago

EMAIL = ConsentAccount(name="email", channel="email", sources=("leads",), audience="consent-email")
ADA = {"LastName": "Ada", "Company": "c", "Email": "Ada@example.com"}


class Killed(BaseException):
    """The end of a process."""


def follower():
    return ConsentFollower(EMAIL, "leads", "Lead", ["consent-records"], ["consent-records"])


@pytest.fixture
def told(streams):
    """Run the leads, and return what both sides are told."""

    def told(**options):
        streams.run(LEADS, **{"follower": follower(), **options})
        return [
            (each.variables["consent"], each.identifiers["email"])
            for each in streams.taken()
            if each.audience == "consent-email"
        ]

    return told


def kinds(streams):
    with reading(streams.events) as connection:
        return list(connection.scalars(select(consent_statements.c.kind).order_by(consent_statements.c.id)))


def test_a_tick_in_the_org_is_told_once(streams, org, told):
    with ago(org, 60):
        (lead,) = org.load("Lead", ADA)
        assert told() == []
    org.edit("Lead", lead, HasOptedOutOfEmail=True)

    assert told() == [("out", "ada@example.com")]
    assert told() == []
    assert told(full=True) == []
    assert kinds(streams) == ["box"]


def test_boxes_from_before_the_consents_are_found_at_the_next_run(streams, org, told):
    """No stamp of theirs moves, so all are read again."""
    with ago(org, 7200):
        org.load("Lead", {**ADA, "HasOptedOutOfEmail": True})
        streams.run(LEADS)
    streams.taken()

    assert told() == [("out", "ada@example.com")]
    assert told() == []
    assert kinds(streams) == ["existing"]


def test_a_box_that_was_cleared_by_us_and_ticked_again_between_two_readings_counts(streams, org, told):
    """Every field is as it was read last, so the stamp alone has moved."""
    with ago(org, 60):
        (lead,) = org.load("Lead", {**ADA, "HasOptedOutOfEmail": True})
        told()
    take_in(streams, "ada@example.com")
    org.edit("Lead", lead, HasOptedOutOfEmail=False)
    org.edit("Lead", lead, HasOptedOutOfEmail=True)

    assert told() == [("out", "ada@example.com")]
    assert kinds(streams) == ["existing", "event", "box"]
    assert told() == []


def test_a_box_that_was_ticked_by_us_and_cleared_between_two_readings_is_asked_about(streams, org, told):
    with ago(org, 60):
        (lead,) = org.load("Lead", ADA)
        told()
    opt_out(streams, "ada@example.com")
    org.edit("Lead", lead, HasOptedOutOfEmail=True)
    org.edit("Lead", lead, HasOptedOutOfEmail=False)

    assert told() == []
    assert conflicting(streams) == ["consent"]
    org.edit("Lead", lead, Description="It moves once more.")
    told()
    assert conflicting(streams) == ["consent"]


def conflicting(streams):
    with reading(streams.events) as connection:
        return list(connection.scalars(select(conflicts.c.kind)))


def take_in(streams, email):
    """Let an event take an address in."""
    state_by_event(streams, email, "OPT_IN")


def opt_out(streams, email):
    """Let an event take an address out."""
    state_by_event(streams, email, "OPT_OUT")


def state_by_event(streams, email, kind):
    """Let an event be read, of which the org was told some seconds ago."""
    account, stamp = replace(EMAIL, again="evidence"), now_ms() - 1_000
    event = SourceRecord("reactions", "1", kind, stamp, email=email)
    with streams.events.begin() as connection:
        page = ConsentFollower(account, "reactions", "", ["consent-records"], ["consent-records"])
        [told] = page.decide(connection, [event], is_baseline=False)
        note_answer(connection, statement_of(told.id), "consent-records", "delivered", stamp - 9_000)


def test_a_run_that_was_killed_after_its_page_tells_both_sides_the_next_time(streams, org, told, monkeypatch):
    with ago(org, 60):
        (lead,) = org.load("Lead", ADA)
        told()
    org.edit("Lead", lead, HasOptedOutOfEmail=True)
    with monkeypatch.context() as patched:
        patched.setattr("pipeline.produce.appender.Appender.append_chunk", killed)
        with pytest.raises(Killed):
            told()
    assert kinds(streams) == ["box"]

    assert told() == [("out", "ada@example.com")]
    assert kinds(streams) == ["box"]


def killed(*_):
    raise Killed
