"""Events reach their rules once, wherever a run stops, and whatever pages and runs they come in."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from pipeline.model.rule import EntryLimit, Score
from pipeline.produce.appender import Appender
from pipeline.rules import source_rules
from pipeline.rules.source_rules import SourceRules
from pipeline.stores.stream_tables import streams
from pipeline.streams import event_points, event_run
from pipeline.streams.event_points import EventPoints
from pipeline.streams.event_reader import EventReader
from pipeline.streams.stream_outbox import StreamOutbox
from tests.fixtures.stores import empty_events
from tests.rules.test_crashes import Killed, die
from tests.streams.events import EventHouse, event, rule

DAY = timedelta(days=1).total_seconds()
LOG = rule(once=("type", "campaign_id", "day"))
HOT = rule("hot", score=Score({"CLICK": 5, "OPEN": 1}, 30 * DAY, 10), again_after=None)
PLACES = [
    (EventReader, "after", False),
    (EventPoints, "copy", False),
    (SourceRules, "decide", False),
    (source_rules, "write_entries", False),
    (event_run, "put_outgoing", False),
    (event_run, "write_state", False),
    (Appender, "append_chunk", True),
    (StreamOutbox, "_note", True),
]


@pytest.fixture
def house(redis, events, tmp_path):
    return EventHouse(redis, events, tmp_path)


@pytest.mark.parametrize(("place", "name", "is_kept"), PLACES)
def test_an_event_enters_once(house, monkeypatch, place, name, is_kept):
    house.run()
    house.land("CLICK", event(7), event(7, campaign="32"))
    monkeypatch.setattr(place, name, die)
    with pytest.raises(Killed):
        house.run(LOG, HOT)
    monkeypatch.undo()
    assert len(house.kept()) == 3 * is_kept

    house.run(LOG, HOT)
    house.run(LOG, HOT)

    assert sorted(one.audience for one in house.sent()) == ["hot", "log", "log"]
    assert house.kept("state") == [("entered",)] * 3


def test_copying_for_scores_goes_on_where_it_stopped(house, monkeypatch):
    monkeypatch.setattr(event_points, "AT_ONCE", 1)
    for number in range(4):
        house.land("CLICK", event(7, campaign=number))
    house.run()
    copy, copied = EventPoints.copy, []

    def copy_two(self, *values, **places):
        copied.append(places)
        return die() if len(copied) == 3 else copy(self, *values, **places)

    monkeypatch.setattr(EventPoints, "copy", copy_two)
    with pytest.raises(Killed):
        house.run(HOT)
    house.land("OPEN", event(7))
    house.run(HOT)

    assert [one["rows"] for one in copied if "rows" in one] == [1, 2, 3, 3, 4, 5]
    assert house.kept("rule", "state") == [("hot", "entered")]


def test_an_entry_that_was_put_off_enters_once(house, monkeypatch):
    needing = {"needing_records": ("log",)}
    house.run()
    house.land("CLICK", event(7))
    house.run(LOG, **needing)
    monkeypatch.setattr(Appender, "append_chunk", die)
    with house.events.begin() as connection:
        connection.exec_driver_sql("UPDATE entries SET until = asked_at")
    with pytest.raises(Killed):
        house.run(LOG)
    monkeypatch.undo()

    house.run(LOG)

    assert [one.audience for one in house.sent()] == ["log"]


events_of_people = st.tuples(
    st.sampled_from(["CLICK", "OPEN"]),
    st.integers(1, 3),  # RIID
    st.sampled_from(["31", "32"]),
    st.integers(0, 2),  # days ago
)
few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@few
@given(st.sets(events_of_people, max_size=8), st.lists(st.tuples(st.integers(1, 4), st.integers(0, 8))))
def test_a_key_enters_at_most_once(house, told, runs):
    empty_events(house.events)
    house.sent()
    house.run()
    for word in {one[0] for one in told}:
        rows = [
            event(riid, campaign=campaign, ago=timedelta(days=days, hours=1))
            for each, riid, campaign, days in told
            if each == word
        ]
        house.land(word, *rows)
    rules = (LOG, HOT, rule("few", most=EntryLimit(2, DAY)))
    with pytest.MonkeyPatch.context() as patch:
        for at_once, mark in [*runs[:3], (5, 8)]:
            patch.setattr(event_run, "AT_ONCE", at_once)
            house.run(*rules)
            with house.events.begin() as connection:  # as after a backup that was put back
                connection.execute(update(streams).values(mark_stamp=mark))

    sent = [one.id for one in house.sent()]
    assert len(sent) == len(set(sent))
    assert sorted(sent) == sorted(key for key, state in house.kept("key", "state") if state == "entered")
    assert len([key for key in sent if key.startswith("log:")]) == len(told)
    points = Counter[int]()
    for word, riid, *_ in told:
        points[riid] += 5 if word == "CLICK" else 1
    reached = sum(amount >= 10 for amount in points.values())
    assert len([key for key in sent if key.startswith("hot:")]) == reached
