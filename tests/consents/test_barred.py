"""Barred rows: by their address, and by any other identifier of a person who is out."""

import hashlib

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import insert

from pipeline.consents.barred import barred_positions
from pipeline.model.activation import Activation
from pipeline.stores.database import reading
from pipeline.stores.people_tables import handles
from tests.consents.conftest import ADA

LEAD = "00Q000000000001EAA"


def row(profile="c-1", **identifiers):
    return Activation(audience="a", profile_id=profile, call_type="ADD", identifiers=identifiers)


@pytest.fixture
def barred(consent):
    def barred(*rows, channel="email", account=None):
        with reading(consent.events) as connection:
            return barred_positions(connection, channel, rows, account)

    return barred


@pytest.fixture
def ada(consent):
    """Ada has a lead and a RIID, and opted out; her number is that of her first handle."""
    consent.lead(LEAD, box=True)
    with consent.events.begin() as connection:
        person = connection.scalar(handles.select().with_only_columns(handles.c.person).limit(1))
        riid = {"id": 90, "kind": "riid", "scope": "5", "value": "470515001", "person": person}
        connection.execute(insert(handles).values(riid))
    return f"person:{person}"


@pytest.mark.parametrize(
    "identifiers",
    [
        {"email": ADA},
        {"email": " ADA@example.com "},
        {"hashed_email": hashlib.sha256(ADA.encode()).hexdigest()},
        {"riid": "470515001"},
        {"salesforce_id": LEAD},
        {"email": "another@example.com", "riid": "470515001"},
    ],
)
def test_a_row_is_barred_by_any_identifier(barred, ada, identifiers):
    assert barred(row(**identifiers)) == {0}


def test_a_row_is_barred_by_its_profile(barred, ada):
    assert barred(row(ada)) == {0}


def test_others_are_sent(barred, ada):
    rows = [row(email="bob@example.com"), row(email=ADA), row(riid="1"), row("person:99"), row()]

    assert barred(*rows) == {1}


def test_an_address_of_nobody_known_is_barred(barred, consent):
    """What was erased is not written to by accident."""
    consent.event("OPT_OUT")
    with consent.events.begin() as connection:
        connection.execute(handles.delete())

    assert barred(row(email=ADA)) == {0}


def test_a_riid_without_an_address_is_barred(barred, consent):
    with consent.events.begin() as connection:
        riid = {"id": 1, "kind": "riid", "scope": "5", "value": "7", "person": 1}
        connection.execute(insert(handles).values(riid))
    (activation,) = consent.event("OPT_OUT", email="", person=1, riid="7")

    assert activation.identifiers == {"riid": "7"}
    assert barred(row(riid="7"), row(riid="8")) == {0}


def test_a_riid_of_another_account_is_not_barred(barred, ada):
    assert barred(row(riid="470515001"), account="6") == set()
    assert barred(row(riid="470515001"), account="5") == {0}


def test_another_channel_is_not_barred(barred, ada):
    assert barred(row(email=ADA), channel="sms") == set()


def test_people_who_are_in_again_are_sent(barred, consent, ada):
    consent.now += 10_000
    consent.event("OPT_IN")

    assert barred(row(email=ADA), row(ada)) == set()


def test_a_batch_takes_one_query(consent, barred, ada):
    queries = []
    sqlalchemy_event.listen(consent.events, "before_cursor_execute", lambda *args: queries.append(args[2]))
    barred(
        *(row(f"person:{number}", email=f"{number}@example.com", riid=str(number)) for number in range(200))
    )

    assert len(queries) == 1
