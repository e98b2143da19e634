"""Rules on events: once by columns, scores, the most entries, and events of nobody."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from pipeline.model.record_condition import read_condition
from pipeline.model.rule import EntryLimit, Score
from pipeline.profiles.erasure import erase_from_events
from pipeline.rules.decide import decide
from pipeline.rules.entry_facts import read_facts
from pipeline.stores.database import reading
from pipeline.stores.stream_tables import event_points
from pipeline.streams import event_run
from tests.people.records import record, take
from tests.streams.events import EventHouse, event, rule

LEAD = "00Q000000000001EAA"
DAY = timedelta(days=1)
ONCE = rule(once=("type", "campaign_id", "day"))
HOT = Score({"OPEN": 1, "CLICK": 5}, DAY.total_seconds() * 30, 10)


@pytest.fixture
def house(redis, events, tmp_path):
    house = EventHouse(redis, events, tmp_path)
    house.run()
    return house


def hot(**values):
    return rule("hot", **{"score": HOT, "again_after": DAY.total_seconds() * 30, **values})


def test_a_person_enters_once_by_type_campaign_and_day(house):
    house.land("OPEN", event(7, ago=DAY), event(7, ago=DAY, campaign="32"), event(8, ago=DAY))
    house.run(ONCE)
    assert len(house.sent()) == 3

    house.land("OPEN", event(7, ago=DAY, url="x"), event(7, ago=2 * DAY))
    house.land("CLICK", event(7, ago=DAY))
    outcome = house.run(ONCE)

    assert outcome.counts.read == 3
    assert {one.variables["type"] for one in house.sent()} == {"CLICK", "OPEN"}
    assert len(house.kept()) == 5


def test_columns_with_long_values_are_a_digest_in_the_key(house):
    house.land("CLICK", event(7, url="https://a.example/ada"), event(7, url="https://a.example/b"))
    house.run(rule(once=("offer_url",)))

    keys = [one.id for one in house.sent()]
    assert len(set(keys)) == 2
    assert not any("example" in key for key in keys)


@pytest.mark.parametrize("campaigns", [("x" * 5_000, "x" * 5_001), ("1:2", "1")])
def test_odd_values_of_short_columns_are_a_digest_in_the_key(house, campaigns):
    house.land("CLICK", *(event(7, campaign=campaign) for campaign in campaigns))
    house.run(rule(once=("campaign_id", "type")))

    keys = [one.id for one in house.sent()]
    assert len(set(keys)) == 2
    assert all(len(key) < 100 for key in keys)


def test_the_sum_of_points_is_reached_by_events_of_several_files_and_handles(house):
    house.land("CLICK", event(7, "ada@example.com", ago=2 * DAY))
    house.run(hot())
    house.land("CLICK", event("", "ada@example.com"))

    house.run(hot())

    (one,) = house.sent()
    (evidence,) = house.kept("evidence")[0]
    assert (evidence["score"], one.variables["type"]) == (10, "CLICK")
    assert decide(hot(), read_facts(evidence)).state == "entered"


def test_stored_events_give_points_before_their_page_is_read(house, monkeypatch):
    monkeypatch.setattr(event_run, "AT_ONCE", 1)
    house.land("CLICK", event(7), event(7), event(7, ago=40 * DAY))

    house.run(hot())

    assert ("1", "entered") in house.kept("record", "state")
    assert [evidence["score"] for (evidence,) in house.kept("evidence")] == [10, 10]


def test_events_that_are_too_old_give_no_points(house):
    house.land("CLICK", event(7, ago=31 * DAY), event(7), event(8, ago=29 * DAY), event(8))
    outcome = house.run(hot())

    assert [one.identifiers["riid"] for one in house.sent()] == ["8"]
    assert outcome.counts.left_out == 2


def test_an_event_before_the_rule_and_before_the_first_run_counts(house):
    house.land("CLICK", event(7, ago=2 * DAY))
    house.run()
    house.land("CLICK", event(7))
    house.run(hot())

    assert len(house.sent()) == 1
    wider = hot(score=Score({"CLICK": 5, "SENT": 1}, DAY.total_seconds() * 60, 12), again_after=0.0)
    house.land("SENT", event(7, ago=3 * DAY))
    house.run(hot())
    house.land("SENT", event(7))
    house.run(wider)
    assert len(house.sent()) == 1


def test_events_of_other_types_do_not_ask(house):
    house.land("CLICK", event(7), event(7))
    house.run()
    house.land("SENT", event(7))
    house.run(hot())

    assert (house.sent(), house.kept()) == ([], [])


def test_who_has_reached_the_sum_enters_again_after_a_time(house):
    house.land("CLICK", event(7), event(7))
    house.run(hot())
    house.land("OPEN", event(7))
    house.run(hot())
    assert len(house.sent()) == 1
    assert sorted(house.kept("state", "check")) == [("entered", None), ("left_out", 6)]

    house.land("OPEN", event(7, campaign="9"))
    house.run(hot(), clock=lambda: datetime.now(UTC) + 29 * DAY)
    house.land("OPEN", event(7, campaign="10"))
    house.run(hot(again_after=DAY.total_seconds()), clock=lambda: datetime.now(UTC) + 29 * DAY)
    assert len(house.sent()) == 1


def test_who_is_kept_out_by_again_after_is_kept_once_and_counted_further(house):
    house.land("CLICK", event(7), event(7))
    house.run(hot())
    left_out = []
    for campaign in ("9", "10"):
        house.land("OPEN", event(7, campaign=campaign))
        left_out.append(house.run(hot()).counts.left_out)

    assert left_out == [1, 1]
    assert sorted(house.kept("state", "check")) == [("entered", None), ("left_out", 6)]


def test_who_enters_again_is_kept_out_anew(house):
    short = hot(again_after=DAY.total_seconds())
    later = {"clock": lambda: datetime.now(UTC) + 2 * DAY}
    house.land("CLICK", event(7), event(7))
    for campaign, options in enumerate(({}, {}, later, later, later)):
        house.run(short, **options)
        house.land("OPEN", event(7, campaign=campaign))

    states = ["entered", "entered", "left_out", "left_out"]
    assert sorted(state for (state,) in house.kept("state")) == states


def test_who_is_in_another_entry_of_the_group_is_put_off_each_time(house):
    grouped = hot(group="nurture", active_for=DAY.total_seconds())
    house.land("CLICK", event(7), event(7))
    for campaign in range(3):
        house.run(grouped)
        house.land("OPEN", event(7, campaign=campaign))

    assert sorted(state for (state,) in house.kept("state")) == ["entered", "put_off", "put_off"]


def test_points_are_forgotten_with_the_last_score_and_when_they_are_too_old(house):
    def points():
        with reading(house.events) as connection:
            return len(connection.execute(select(event_points)).all())

    house.land("CLICK", event(7), event(8, ago=29 * DAY))
    house.run(hot())
    assert points() == 2
    house.run(hot(), clock=lambda: datetime.now(UTC) + 2 * DAY)
    assert points() == 1
    house.run()
    assert points() == 0


def test_points_of_who_is_erased_are_gone(house):
    house.land("CLICK", event(7), event(8))
    house.run(hot())
    erase_from_events(house.events, "7")

    with reading(house.events) as connection:
        assert len(connection.execute(select(event_points)).all()) == 1


def test_more_than_the_most_entries_are_left_out(house):
    house.land("CLICK", *(event(7, campaign=number) for number in range(4)))
    few = rule(once=("campaign_id",), most=EntryLimit(3, DAY.total_seconds()))

    outcome = house.run(few)

    assert (len(house.sent()), outcome.counts.left_out) == (3, 1)
    assert ("log", "left_out", 8) in house.kept()
    house.run(few, clock=lambda: datetime.now(UTC) + 2 * DAY)
    assert house.sent() == []


def test_an_event_of_nobody_waits_for_a_record_of_its_person(house):
    needing = {"needing_records": ("log",)}
    house.land("CLICK", event(7, "ada@example.com"))
    outcome = house.run(ONCE, **needing)
    assert (house.sent(), outcome.counts.put_off) == ([], 1)
    assert house.kept() == [("log", "put_off", 2)]
    house.run(ONCE, **needing)
    assert house.sent() == []

    take(house.events, record(LEAD, "ada@example.com"))
    house.run(ONCE, **needing)

    (one,) = house.sent()
    assert one.identifiers["salesforce_id"] == LEAD
    assert house.kept() == [("log", "entered", None)]


def test_a_waiting_event_is_met_when_people_become_one(house):
    needing = {"needing_records": ("log",)}
    house.land("CLICK", event(7))
    take(house.events, record(LEAD, "ada@example.com"))
    house.run(ONCE, **needing)
    assert house.sent() == []

    house.land("SENT", event(7, "ada@example.com"))
    house.run(rule(when=read_condition({"type": "CLICK"}), once=ONCE.once), **needing)

    assert [one.variables["type"] for one in house.sent()] == ["CLICK"]


def test_an_event_of_nobody_is_left_out_after_thirty_days(house):
    needing = {"needing_records": ("log",)}
    house.land("CLICK", event(7))
    house.run(ONCE, **needing)
    house.run(ONCE, **needing, clock=lambda: datetime.now(UTC) + 29 * DAY)
    assert house.kept() == [("log", "put_off", 2)]

    house.run(ONCE, **needing, clock=lambda: datetime.now(UTC) + 31 * DAY)

    assert house.kept() == [("log", "left_out", 2)]
    assert house.sent() == []


def test_a_score_of_nobody_waits_once(house):
    needing = {"needing_records": ("hot",)}
    house.land("CLICK", event(7), event(7))
    house.run(hot(), **needing)
    house.land("CLICK", event(7))
    house.run(hot(), **needing)

    assert house.kept() == [("hot", "put_off", 2)]
