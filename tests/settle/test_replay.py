"""pipeline.settle.replay, on both databases and a real server."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.accept.acceptance import Acceptance
from pipeline.accept.intake import Intake
from pipeline.model.shard import SHARDS
from pipeline.produce.appender import Appender
from pipeline.records import mirror
from pipeline.records.catalog import Catalog
from pipeline.settle import dead_letters
from pipeline.settle import replay as replays
from pipeline.settle import statistics as stats
from pipeline.settle.dead_letters import Filter
from pipeline.settle.replay import append_letters, drop, replay
from tests.accept.test_acceptance import ACME, LAPSED, LEFT, entry
from tests.builders import first_profiles
from tests.settle.letters import ids


class Bell:
    """A doorbell that nobody hears."""

    def ring_accept(self, shard: int) -> None:
        """Ring."""


@pytest.fixture
def appender(redis):
    return Appender(redis, Bell())


@pytest.fixture
def accept_all(redis, engine):
    """Accept whatever is in the intake."""
    catalog = Catalog(1, {"acme": ACME}, {"lapsed": LAPSED, "left": LEFT})
    mirror.publish(redis, catalog)
    acceptance = Acceptance(Intake(redis, window=3600), engine, lambda _: catalog)
    return lambda: [acceptance.accept(shard) for shard in range(SHARDS)]


def test_a_replay_goes_to_the_letters_own_destination_only(redis, engine, appender, accept_all, keep):
    keep("a", activation=json.dumps(entry("a", call_type="REMOVE")))

    assert replay(engine, appender, Filter()) == (1, 0)
    accept_all()
    assert (first_profiles(redis), first_profiles(redis, "left")) == ([b"a"], [])
    assert (ids(engine), ids(engine, state="replayed")) == ([], ["a"])


def test_a_replay_that_is_repeated_sends_once(redis, engine, appender, accept_all, keep):
    """As when the first run was cut off between Redis and SQL."""
    keep("a")
    (letter,) = dead_letters.find_letters(engine, Filter())
    append_letters(appender, [letter])
    replay(engine, appender, Filter())

    assert [line for line in accept_all() if "entries" in line] == ["2 entries, 1 row, 1 seen before"]


def test_a_replay_counts_as_received_no_second_time(redis, engine, appender, accept_all, keep):
    """Else the books would not balance: a row is received once, whatever becomes of it."""
    keep("a")
    replay(engine, appender, Filter())
    accept_all()

    assert stats.read_statistics(redis, engine) == {stats.Where("acme", "lapsed"): {"rejected:Timeout": 1}}


def test_what_had_no_destination_goes_to_all_there_are_now(redis, engine, appender, accept_all, keep):
    keep("a", destination=None, activation=json.dumps(entry("a", call_type="REMOVE")))
    replay(engine, appender, Filter())
    accept_all()

    assert (first_profiles(redis), first_profiles(redis, "left")) == ([b"a"], [b"a"])


def test_a_letter_that_cannot_be_read_stays_open(engine, appender, keep):
    keep("a", activation="{not json")

    assert replay(engine, appender, Filter()) == (0, 1)
    assert ids(engine) == ["a"]


def test_a_replay_takes_more_letters_than_fit_one_transaction(redis, engine, appender, accept_all, keep):
    keep(*[f"p{n:04}" for n in range(1_200)])

    assert replay(engine, appender, Filter(code="Timeout")) == (1_200, 0)
    accept_all()
    assert redis.hlen("rows:lapsed") == 1_200


def test_a_dropped_letter_is_still_there_to_be_seen(engine, keep):
    keep("a", "b")

    assert drop(engine, Filter(ids=["a"])) == 1
    assert (ids(engine), ids(engine, state="dropped"), ids(engine, state=None)) == (["b"], ["a"], ["a", "b"])


def test_letters_are_replayed_oldest_first(redis, engine, appender, keep, monkeypatch):
    """A profile's events reach their destination in the order in which they happened."""
    monkeypatch.setattr(replays, "PAGE_ROWS", 2)
    now = datetime.now(UTC)
    for minutes, name in enumerate(("e", "d", "c", "b", "a")):
        keep(name, at=now - timedelta(minutes=10 - minutes), activation=json.dumps(entry("p")))
    replay(engine, appender, Filter())

    (shard,) = [shard for shard in range(SHARDS) if redis.llen(f"intake:{shard}")]
    assert [json.loads(line)["replay"] for line in redis.lrange(f"intake:{shard}", 0, -1)] == list("edcba")
