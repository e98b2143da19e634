"""The e-mails that the record of a batch keeps, and the calls that dead letters keep for the look-up."""

import time
from datetime import datetime
from hashlib import sha256

import pytest
import requests
import responses
from sqlalchemy import select

from pipeline.records import mirror
from pipeline.settle.email_record import digest_of, unpack_emails
from pipeline.settle.outcomes import erase_outcomes
from pipeline.stores.outcome_tables import batches, dead_letters
from tests.builders import cut
from tests.deliver.environment import CONFIGURATION, answer, sent
from tests.fixtures.oracle import HOST

WELCOME = {
    "audience": "lapsed-buyers",
    "connector": "acme",
    "action": "campaign_email",
    "campaign": "WELCOME",
}
EMAIL = f"{HOST}/rest/api/v1.3/campaigns/WELCOME/email"
WINDOW = 24 * 3600  # seconds

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def mailing(environment):
    """The environment, with a destination that sends a campaign."""
    environment.records.apply({**CONFIGURATION, "destinations": {"lapsed": WELCOME}})
    mirror.refresh(environment.redis, environment.records)
    environment.quota = environment.quota_of("acme", "mergeTriggerEmail")
    return environment


def receive(mailing, *names):
    for name in names:
        mailing.receive(name, identifiers={"email": f" {name.title()}@example.com "})


def address_of(name):
    return sha256(f"{name}@example.com".encode()).hexdigest()


def letters(engine):
    with engine.connect() as connection:
        columns = (dead_letters.c.profile_id, dead_letters.c.email, dead_letters.c.proven)
        return [tuple(row) for row in connection.execute(select(*columns).order_by(*columns[:1]))]


def recorded(engine):
    with engine.connect() as connection:
        (value,) = connection.scalars(select(batches.c.emails)).all()
    called_at, campaign, digests = unpack_emails(value)
    return called_at, campaign, set(digests)


def test_those_that_are_out_are_in_the_record_and_refused_ones_are_not(mailing, oracle):
    oracle.post(EMAIL, json=answer(None, "NO_RECIPIENT_FOUND"))
    receive(mailing, "ada", "bob")
    began = time.time()
    mailing.deliver()

    called_at, campaign, digests = recorded(mailing.engine)
    assert (campaign, digests) == ("WELCOME", {digest_of(address_of("ada"))})
    assert began - 1 <= called_at <= time.time()
    assert letters(mailing.engine) == [("bob", None, None)]


def test_a_letter_of_unknown_outcome_names_its_call(mailing, oracle):
    oracle.add_callback(responses.POST, EMAIL, sent({"body": requests.ReadTimeout()}))
    receive(mailing, "ada")
    began = time.time()
    mailing.deliver()

    ((profile, email, proven),) = letters(mailing.engine)
    assert (profile, email["campaign"], email["address"], proven) == (
        "ada", "WELCOME", address_of("ada"), False,
    )  # fmt: skip
    at, until = (datetime.fromisoformat(email[name]).timestamp() for name in ("began_at", "until"))
    assert began - 1 <= at <= time.time()
    assert until == pytest.approx(at + WINDOW)
    assert recorded(mailing.engine)[2] == set()


def test_a_worker_that_died_in_its_call_leaves_the_time_of_the_call(mailing, oracle):
    """Not the time at which its lease ended: by then the e-mail is long out."""
    receive(mailing, "ada")
    batch = cut(mailing.lanes, mailing.quota)
    mailing.lanes.begin(batch, lasting=True)
    mailing.redis.hset(f"batch:{batch.id}", "called_at", 1_700_000_000_000)
    ((_, later),) = mailing.lapse(batch)
    mailing.delivery.deliver(batch.id, later)

    ((_, email, _),) = letters(mailing.engine)
    assert datetime.fromisoformat(email["began_at"]).timestamp() == 1_700_000_000


def test_an_erased_person_leaves_the_record(mailing, oracle):
    oracle.post(EMAIL, json=answer(None, None))
    receive(mailing, "ada", "bob")
    mailing.deliver()
    erase_outcomes(mailing.engine, "ada")

    assert recorded(mailing.engine)[2] == {digest_of(address_of("bob"))}


def test_an_event_leaves_nothing_to_look_up(environment, oracle):
    oracle.add_callback(
        responses.POST, f"{HOST}/rest/api/v1.3/events/LAPSED", sent({"body": requests.ReadTimeout()})
    )
    environment.receive("ada")
    environment.deliver()

    assert letters(environment.engine) == [("ada", None, None)]
