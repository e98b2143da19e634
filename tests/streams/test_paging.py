"""Paging by key: whatever the stamps, and however late records become visible, each change is sent once."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis
from sqlalchemy import Engine

from pipeline.model.record_reader import Position, RecordPage
from pipeline.model.source import SalesforceSource
from pipeline.model.source_record import SourceRecord
from pipeline.produce.appender import Appender
from pipeline.streams.stream_run import StreamRun
from pipeline.streams.stream_state import read_state
from tests.fixtures.intake import Bell, Entries

PAGE_ROWS = 3
OVERLAP = 600  # seconds
NOON = 1_800_000_000  # seconds
NAMES = count()

# Which of a few records is written, how many seconds passed before, and after how many it is seen.
WRITES = st.tuples(st.integers(0, 7), st.sampled_from([0, 0, 1, 300]), st.sampled_from([0, 0, 4, 180, 590]))
STEPS = st.lists(st.one_of(WRITES, st.just("run"), st.just("wait")), max_size=40)


class Org:
    """Versions of records, in memory; each has a stamp, and a moment from which it is seen."""

    org = "00D000000000001AAA"

    def __init__(self, source: str) -> None:
        self.source = source
        self.now = NOON
        self.versions: dict[str, list[tuple[int, int, int]]] = {}  # stamp, seen from, value

    def write(self, number: int, delay: int, value: int) -> None:
        """Write a record; its stamp is now, and it is seen after ``delay``."""
        versions = self.versions.setdefault(f"003{number:012}AAA", [])
        seen = max([self.now + delay, *(version[1] for version in versions)])  # writes of a record wait
        versions.append((self.now, seen, value))

    def seen(self) -> list[tuple[int, str, int]]:
        """Return the newest version of each record that is seen now."""
        found = []
        for name, versions in self.versions.items():
            visible = [each for each in versions if each[1] <= self.now]
            if visible:
                stamp, _, value = visible[-1]
                found.append((stamp * 1000, name, value))
        return sorted(found)

    def page(self, after: Position) -> RecordPage:
        """Return the next records."""
        rows = [row for row in self.seen() if row[:2] > after]
        page = rows[:PAGE_ROWS]
        last = Position(*page[-1][:2]) if page else after
        return RecordPage([*self.records(page)], last, len(rows) < PAGE_ROWS, self.now * 1000)

    def records(self, rows: list[tuple[int, str, int]]) -> Iterator[SourceRecord]:
        for stamp, name, value in rows:
            yield SourceRecord(self.source, name, "Contact", stamp, {"value": value}, org=self.org)


@pytest.fixture
def prepare(sqlite_events: Engine, redis: Redis):
    """Prepares a source that nothing was read of."""

    def prepare() -> tuple[Org, StreamRun]:
        source = SalesforceSource(
            name=f"contacts-{next(NAMES)}", every=2, audience="people", connector="crm", object="Contact",
            mapping="person", overlap=OVERLAP,
        )  # fmt: skip
        org = Org(source.name)
        appender = Appender(redis, Bell(), sleep=lambda _: None)
        return org, StreamRun(sqlite_events, source, org, appender, timedelta(days=7))

    return prepare


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_every_change_is_sent_once(prepare, redis, sqlite_events, steps):
    redis.flushall()
    org, run = prepare()
    marks = [Position()]
    for value, step in enumerate([*steps, "wait", "run"]):
        if step == "run":
            run.run()
            marks.append(read_state(sqlite_events, org.source).mark)
        elif step == "wait":
            org.now += 400
        else:
            number, passed, delay = step
            org.now += passed
            org.write(number, delay, value)

    org.now += 200
    run.run()

    sent: dict[str, list[int]] = {}
    for each in Entries(redis)():
        sent.setdefault(each.identifiers["salesforce_id"], []).append(each.variables["value"])
    assert {name: values[-1] for name, values in sent.items()} == {name: v for _, name, v in org.seen()}
    assert all(values == sorted(set(values)) for values in sent.values())
    assert marks == sorted(marks)
    assert all(mark.stamp <= org.now * 1000 for mark in marks)
