"""Sources of events: events of files reach rules once, in pages, each with its person."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from pipeline.consents.consent_follower import ConsentFollower
from pipeline.event_files.hook_store import store_hook_events
from pipeline.model.consent_account import ConsentAccount
from pipeline.model.hook_event import HookEvent
from pipeline.model.record_condition import read_condition
from pipeline.model.rule import Score
from pipeline.stores.consent_tables import consent_statements
from pipeline.stores.database import reading
from pipeline.stores.stream_tables import streams
from pipeline.streams import event_run
from pipeline.streams.followers import Followers
from tests.people.records import record, take
from tests.streams.events import NOW, SOURCE, EventHouse, event, rule

CONTACT = "003000000000001AAA"


@pytest.fixture
def house(redis, events, tmp_path):
    return EventHouse(redis, events, tmp_path)


def test_an_event_enters_with_its_variables_and_identifiers(house):
    house.run()
    take(house.events, record(CONTACT, "ada@example.com"))
    house.land("CLICK", event(7, "ada@example.com", url="https://a.example/x", name="Spring"))

    outcome = house.run(rule())

    (one,) = house.sent()
    assert (outcome.counts.read, outcome.counts.activations, outcome.sent) == (1, 1, 1)
    assert one.identifiers == {"email": "ada@example.com", "riid": "7", "salesforce_id": CONTACT}
    at = NOW - timedelta(hours=1)
    assert one.variables == {
        "type": "CLICK",
        "campaign_id": "31",
        "campaign_name": "Spring",
        "captured_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "day": at.strftime("%Y-%m-%d"),
        "offer_url": "https://a.example/x",
    }
    assert one.id == f"log:1:{one.profile_id.removeprefix('person:')}"


def test_the_first_run_fires_nothing_unless_a_rule_wants_existing_events(house):
    house.land("CLICK", event(7), event(8))

    assert house.run(rule(), rule("all", existing=True)).is_baseline
    assert [one.audience for one in house.sent()] == ["all", "all"]
    assert not house.run(rule()).is_baseline
    assert house.sent() == []


def test_an_event_of_the_campaign_without_a_name_has_its_id(house):
    house.run()
    house.land("OPEN", event(7))
    house.run(rule())

    assert house.sent()[0].variables["campaign_name"] == "31"


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_pages_take_each_event_once(house, monkeypatch, at_once):
    monkeypatch.setattr(event_run, "AT_ONCE", at_once)
    house.run()
    house.land("CLICK", *(event(number) for number in range(1, 6)))
    house.land("OPEN", event(1))

    house.run(rule())
    house.run(rule())

    assert len({one.id for one in house.sent()}) == 6


def test_only_types_that_are_meant_and_files_of_the_account_count(house):
    clicks = replace(SOURCE, types=("CLICK",))
    house.run(source=clicks)
    house.land("CLICK", event(7))
    house.land("OPEN", event(7))
    house.land("CLICK", event(8), account="99")

    house.run(rule(), source=clicks, account="1234")

    assert [one.variables["type"] for one in house.sent()] == ["CLICK"]
    assert house.state().mark_stamp == 3


def test_an_event_in_the_future_is_counted_and_fires_nothing(house):
    house.run()
    house.land("CLICK", event(7, ago=-timedelta(days=2)), event(8, ago=-timedelta(hours=2)))

    outcome = house.run(rule())

    assert (outcome.counts.in_future, len(house.sent())) == (1, 1)
    assert house.run(rule()).counts.read == 0


def test_conditions_look_at_variables_and_absent_ones_are_null(house):
    house.run()
    house.land("CLICK", event(7, name="Spring sale"), event(8))
    spring = rule(when=read_condition({"campaign_name": {"contains": "spring"}, "reason": {"set": False}}))

    house.run(spring)

    assert [one.identifiers["riid"] for one in house.sent()] == ["7"]


def test_a_full_run_is_a_baseline_again(house):
    house.run()
    house.land("CLICK", event(7))
    house.run(rule())
    house.sent()

    assert house.run(rule("new"), full=True).is_full
    assert house.sent() == []
    house.run(rule(), rule("all", existing=True), full=True)
    assert [one.audience for one in house.sent()] == ["all"]


def test_a_dry_run_counts_and_changes_nothing(house):
    house.run()
    house.land("CLICK", event(7), event(8, ago=-timedelta(days=2)))

    counts = house.prepare(rule()).rehearse().counts

    assert (counts.read, counts.in_future) == (2, 1)
    assert (house.kept(), house.state().mark_stamp) == ([], 0)


def test_an_event_that_a_webhook_told_and_a_file_tells_fires_once(house):
    house.run()
    told = HookEvent("EMAIL_CLICKED", 1, riid="7", campaign="31", values={"campaign_name": "Spring"})
    with house.events.begin() as connection:
        store_hook_events(connection, "acme", "1234", [told], int(NOW.timestamp()))
    house.run(rule())
    house.land("CLICK", event(7), event(8))
    house.run(rule())

    first, second = sorted(house.sent(), key=lambda one: one.identifiers["riid"])
    assert (first.id or "").startswith("log:hook:1:")
    assert (first.variables["type"], first.variables["campaign_name"]) == ("CLICK", "Spring")
    assert second.identifiers == {"riid": "8"}


def test_webhooks_before_the_first_run_are_existing_events(house):
    told = HookEvent("EMAIL_CLICKED", 1, riid="7", campaign="31")
    with house.events.begin() as connection:
        store_hook_events(connection, "acme", "1234", [told], int(NOW.timestamp()))

    house.run(rule(), rule("all", existing=True))
    house.run(rule(), rule("all", existing=True))

    assert [one.audience for one in house.sent()] == ["all"]


def test_an_existing_reading_goes_on_where_it_stopped(house):
    house.land("CLICK", event(7))
    house.land("CLICK", event(8))
    house.run()
    with house.events.begin() as connection:
        connection.execute(update(streams).values(full_stamp=1))

    house.run(rule("all", existing=True))

    assert [one.identifiers["riid"] for one in house.sent()] == ["8"]


CONSENTS = ConsentAccount(name="email", channel="email", sources=("engagement",), audience="consent-email")


@pytest.fixture
def consenting(house, events, redis):
    """Runs the source with consents, for some types of events; returns the numbers of statements."""

    def consenting(*rules, types=(), following=True):
        prepared = house.prepare(*rules, source=replace(SOURCE, types=types))
        consents = [ConsentFollower(CONSENTS, "engagement", "", [])] if following else []
        follower = Followers(*consents, prepared.follower)
        replace(prepared, follower=follower).run(house.appender())
        with reading(events) as connection:
            return connection.scalar(select(func.count()).select_from(consent_statements))

    return consenting


def test_consents_catch_up_with_what_was_taken_before_them(house, consenting):
    """The source ran on without them, so its marks are past the opting out."""
    house.run()
    house.land("OPT_OUT", event(7, "ada@example.com"))
    house.run()

    assert consenting() == 1
    house.land("OPT_OUT", event(8, "bob@example.com"))
    assert consenting(following=False) == 1
    assert consenting() == 2
    assert house.state().full is None


def test_consents_catch_up_with_types_that_are_new_to_their_source(house, consenting):
    house.land("OPT_OUT", event(7, "ada@example.com"))
    assert consenting(types=("CLICK",)) == 0

    assert consenting(types=("CLICK", "OPT_OUT")) == 1


def test_consents_that_have_caught_up_read_nothing_twice(house, consenting):
    house.land("OPT_OUT", event(7, "ada@example.com"))
    consenting()
    before = house.state().full_at
    scored = rule(score=Score({"OPT_OUT": 1}, 86400.0, 1.0))

    assert [consenting(), consenting(scored), consenting()] == [1, 1, 1]
    assert house.state().full_at == before
