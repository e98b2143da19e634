"""Streams by schedule: what a worker answers, and when a source is held and freed."""

from collections import Counter

import pytest
from sqlalchemy import select

from pipeline.errors import Held
from pipeline.produce.appender import Appender
from pipeline.records.records import Records
from pipeline.runtime.consent_passing import ConsentPassing
from pipeline.runtime.source_runner import SourceRunner
from pipeline.stores.database import reading
from pipeline.stores.stream_tables import outgoing
from pipeline.streams.page_taking import PageTaking
from pipeline.streams.stream_turn import stream_turn
from tests.environment import ACME
from tests.fixtures.intake import Bell
from tests.streams.environment import ago

SOURCE = {"kind": "salesforce", "connector": "crm", "object": "Contact", "mapping": "person", "every": 2}


@pytest.fixture
def records(sqlite, vault, connector):
    records = Records(sqlite, vault)
    records.apply({
        "connectors": {"crm": {
            "kind": "salesforce", "host": connector.host, "client_id": "3MVG9LOCAL", "client_secret": "x"}},
        "mappings": {"person": {"title": {"salesforce": "Title"}}},
        "sources": {"contacts": SOURCE},
    })  # fmt: skip
    return records


@pytest.fixture
def runner(streams, records):
    return SourceRunner(streams.redis, records, lambda: streams.events, lambda _: streams.client)


@pytest.fixture
def run(streams, records, runner):
    """Run the source as a worker does."""
    appender = Appender(streams.redis, Bell(), sleep=lambda _: None)
    return lambda: runner.run_by_schedule(records.load(), "contacts", appender)


@pytest.fixture
def run_by_hand(streams, records, runner):
    """Run the source as a person does."""

    def run_by_hand(appender=None):
        catalog = records.load()
        return runner.run(catalog, catalog.sources["contacts"], appender)

    appender = Appender(streams.redis, Bell(), sleep=lambda _: None)
    return lambda **options: run_by_hand(**{"appender": appender, **options})


def refuse_logins(org, **order):
    org.order("faults", [{"kind": "error", "function": "login", "errorCode": "app_not_found", **order}])


def let_log_in(org, streams):
    """Mend the app, and forget the refusal, which workers share for some seconds."""
    org.order("faults", [])
    for key in streams.redis.scan_iter("login:*:refused"):
        streams.redis.delete(key)


def test_a_run_tells_its_numbers(org, run):
    org.load("Contact", {"LastName": "One"})

    assert run() == "contacts: 1 record read, 1 changed, 0 sent"


def test_an_org_that_refuses_holds_the_source_until_a_run_succeeds(org, records, run):
    fault = {"kind": "error", "errorCode": "REQUEST_LIMIT_EXCEEDED", "status": 403, "times": 1}
    org.order("faults", [{**fault, "function": "queryAll", "detail": "ConcurrentRequests exceeded."}])

    assert run() == "contacts is held: `activation status` tells why"
    assert records.load().holds["source", "contacts"].code == "REQUEST_LIMIT_EXCEEDED"


def test_a_run_that_succeeds_frees_the_source(records, run):
    records.hold("source", "contacts", "held", "INVALID_FIELD")

    assert run() == "contacts: 0 records read, 0 changed, 0 sent"
    assert ("source", "contacts") not in records.load().holds


def test_a_refused_login_holds_the_connector_and_the_source_waits_for_it(streams, org, records, run):
    """As with deliveries: a person mends the app and resumes the connector."""
    refuse_logins(org)

    assert run() == "contacts: its connector is held: `activation status` tells why"
    let_log_in(org, streams)
    assert run() == "contacts: its connector is held: `activation status` tells why"

    holds = records.load().holds
    assert list(holds) == [("connector", "crm")]
    assert holds["connector", "crm"].code == "app_not_found"
    assert "leave audience out" in holds["connector", "crm"].detail
    assert streams.redis.hget("connector:crm", "stopped") == b"held"


def test_a_source_goes_on_when_its_connector_is_resumed(streams, org, records, run):
    refuse_logins(org)
    run()
    let_log_in(org, streams)

    records.release("connector", "crm")

    assert run() == "contacts: 0 records read, 0 changed, 0 sent"


def test_a_run_by_hand_that_succeeds_frees_the_connector(streams, org, records, run, run_by_hand):
    """Its account answers again, and the schedule would go on waiting."""
    refuse_logins(org)
    run()
    let_log_in(org, streams)

    run_by_hand()

    assert records.load().holds == {}


def test_another_connector_that_a_run_asks_is_held_with_the_source(streams, records):
    """As for the programmes of rules: its own connector goes on, and each run would ask in vain."""
    records.apply({"connectors": {"acme": ACME}, "mappings": {}, "sources": {}})
    refusal = Held("connector", "invalid_client", "look at the app")
    refusal.connector = "acme"

    def refuse(*_):
        raise refusal

    runner = SourceRunner(
        streams.redis, records, lambda: streams.events, lambda _: streams.client, followers_of=refuse
    )
    appender = Appender(streams.redis, Bell(), sleep=lambda _: None)

    assert runner.run_by_schedule(records.load(), "contacts", appender) == (
        "contacts is held: `activation status` tells why"
    )
    assert set(records.load().holds) == {("source", "contacts"), ("connector", "acme")}


def test_a_dry_run_holds_nothing(org, records, run_by_hand):
    refuse_logins(org)

    with pytest.raises(Held):
        run_by_hand(appender=None)
    assert records.load().holds == {}


def test_a_dry_run_frees_nothing(records, run_by_hand):
    records.hold("connector", "crm", "held", "app_not_found")

    run_by_hand(appender=None)

    assert list(records.load().holds) == [("connector", "crm")]


def test_a_paused_connector_is_not_asked(records, run, streams):
    records.hold("connector", "crm", "paused")

    assert run() == "contacts: its connector or the source is paused"


def test_a_run_at_a_time(streams, run):
    with stream_turn(streams.events, "contacts"):
        assert run() == "another run of contacts is under way"


def test_wishes_do_not_wait_for_consent_to_many_changes(streams, org, records, run):
    """They have a guard of their own; a worker passes on what waits under the name of the consents."""
    records.apply({
        "connectors": {}, "sources": {"contacts": {**SOURCE, "audience": "people"}},
        "consents": {"email": {"channel": "email", "sources": ["contacts"], "audience": "consent-email"}},
        "mappings": {},
    })  # fmt: skip
    with ago(org, 60):
        contacts = org.load(
            "Contact", *({"LastName": f"P{n}", "Email": f"p{n}@example.com"} for n in range(30))
        )
        run()
    for contact in contacts:
        org.edit("Contact", contact, Title="Chief")
    org.edit("Contact", contacts[0], HasOptedOutOfEmail=True)

    assert run() == "contacts is held: `activation status` tells why"
    with reading(streams.events) as connection:
        waiting = Counter(connection.scalars(select(outgoing.c.source)))
    assert waiting == {"contacts": 30, "consents/email": 1}
    streams.taken()
    follow = ConsentPassing(
        streams.events, Appender(streams.redis, Bell(), sleep=lambda _: None), records.load()
    )
    follow.run()
    assert [one.variables["consent"] for one in streams.taken()] == ["out"]


@pytest.mark.parametrize("odd", [{"Id": None}, {"Id": ["x"]}, {"SystemModstamp": None}, {"Email": 7}])
def test_a_row_that_no_org_documents_holds_the_source_until_it_is_gone(org, streams, records, run, odd):
    org.load("Contact", {"LastName": "One"})
    real, spoilt = streams.client.send, [odd]

    def send(call):
        answer = real(call)
        if spoilt and isinstance(answer, dict) and answer.get("records"):
            answer["records"][0] |= spoilt[0]
        return answer

    streams.client.send = send

    assert run() == "contacts is held: `activation status` tells why"
    hold = records.load().holds["source", "contacts"]
    assert (hold.code, hold.detail[:42]) == ("OutcomeUnknown", "the answer to a query of Contact is not as")

    spoilt.clear()
    assert run() == "contacts: 1 record read, 1 changed, 0 sent"
    assert records.load().holds == {}


def test_whatever_a_run_raises_is_told_as_the_reason_of_its_hold(org, streams, records, run, monkeypatch):
    monkeypatch.setattr(PageTaking, "take", lambda *_: {}["nowhere"])
    org.load("Contact", {"LastName": "One"})

    assert run() == "contacts is held: `activation status` tells why"

    detail = records.load().holds["source", "contacts"].detail
    assert detail.startswith('source "contacts": its run broke off (KeyError); the log says where')
