"""Consents on a stream of Salesforce: an org in a process of its own, both databases, a real Redis."""

import pytest
from sqlalchemy import select

from pipeline.consents.consent_follower import ConsentFollower
from pipeline.model.consent_account import ConsentAccount
from pipeline.stores.consent_tables import consent_statements
from pipeline.stores.database import reading
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
