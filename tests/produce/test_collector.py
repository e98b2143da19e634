"""Collecting single activations, on a real server."""

import threading

import pytest

from pipeline.model.activation import Activation
from pipeline.produce.appender import Appender, AppendFailed
from pipeline.produce.collector import Collector
from pipeline.stores.broker import connect
from tests.processes.environment import until

LONG = 600  # seconds: no test takes that long, so nothing is flushed by time


def row(profile):
    return Activation("lapsed-buyers", profile, "ADD")


@pytest.fixture
def collector(redis, bell):
    collector = Collector(Appender(redis, bell), LONG)
    yield collector
    collector.close()


@pytest.fixture
def lonely():
    """A collector without a server; the event says that it has given up once."""
    gave_up = threading.Event()
    with connect("redis://127.0.0.1:1") as nobody:
        tries = iter([lambda: None, lambda: None, gave_up.set] * 9)
        appender = Appender(nobody, None, sleep=lambda _: next(tries)())
        yield Collector(appender, 0.001), gave_up


def test_what_is_held_is_counted(collector, entries):
    collector.add(row("p-1"))
    collector.add(row("p-2"))

    assert collector.held == 2
    assert entries() == []


def test_500_are_flushed_at_once(collector, entries):
    for n in range(501):
        collector.add(row(f"p-{n}"))

    assert collector.held == 1
    assert len(entries()) == 500


def test_what_has_lingered_is_flushed(redis, bell, entries):
    collector = Collector(Appender(redis, bell), 0.001)

    collector.add(row("p-1"))

    until(lambda: any(redis.llen(f"intake:{shard}") for shard in range(16)))
    collector.close()


def test_closing_flushes(collector, entries):
    collector.add(row("p-1"))

    collector.close()

    assert entries.profiles() == ["p-1"]
    assert collector.held == 0
    with pytest.raises(RuntimeError, match="the producer is closed"):
        collector.add(row("p-2"))


def test_ids_are_those_in_the_intake(collector, entries):
    ids = [collector.add(row(f"p-{n}")) for n in range(3)]
    collector.flush()

    assert sorted(entry.auto_id for entry in entries()) == sorted(ids)


def test_threads_share_a_collector(collector, entries):
    def add(thread):
        for n in range(400):
            collector.add(row(f"p-{thread}-{n}"))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    collector.flush()

    assert len({entry.auto_id for entry in entries()}) == 1_600


def test_a_failure_in_the_background_surfaces_at_the_next_call(lonely):
    collector, gave_up = lonely
    identity = collector.add(row("p-1"))
    assert gave_up.wait(60)

    with pytest.raises(AppendFailed) as caught:
        collector.flush()

    assert caught.value.ids == [identity]
    assert collector.held == 0
    collector.close()


def test_a_failure_surfaces_once(lonely):
    collector, _ = lonely
    collector.add(row("p-1"))

    with pytest.raises(AppendFailed):
        collector.close()

    collector.close()
