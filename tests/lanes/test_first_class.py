"""Destinations of the first class go before all others; a tenth of each allowance is kept for them."""

from dataclasses import replace

import pytest

from pipeline.lanes import limits
from pipeline.lanes.lanes import Lanes
from pipeline.lanes.quota import Quota
from tests.builders import QUOTA, add, begin, configure, cut, profiles
from tests.lanes.permits import most_in_a_window

FIRST, OTHER = "consents/all", "lapsed/all"
SLOW = replace(QUOTA, limit=20, max_in_flight=1000)


@pytest.fixture
def lanes(redis):
    configure(redis, "lapsed", max_rows=1, max_age=0)
    configure(redis, "consents", max_rows=1, max_age=0, priority="first")
    redis.hset("connector:acme", "first", "1")
    return Lanes(redis)


@pytest.fixture
def timed(fake_redis, clock):
    """Lanes by a clock that moves only when told."""
    configure(fake_redis, "lapsed", max_rows=1, max_age=0)
    configure(fake_redis, "consents", max_rows=1, max_age=0, priority="first")
    fake_redis.hset("connector:acme", "first", "1")
    return Lanes(fake_redis)


def put(client, lane, clock, *names):
    """Put rows into a lane; fakeredis has not all that accepting needs."""
    destination = lane.partition("/")[0]
    now = int(clock.now * 1000)
    ready = "ready:acme:triggerCustomEvent" + (":first" if lane == FIRST else "")
    client.hset(f"rows:{destination}", mapping=dict.fromkeys(names, "{}"))
    client.zadd(f"lane:{lane}", dict.fromkeys(names, now))
    client.zadd(ready, {lane: now})


def spend(lanes, clock, seconds=0.0, quota: Quota = SLOW):
    """Claim and begin all that may go within so many seconds; return when each went, and its destination."""
    end, found = clock.now + seconds, []
    while True:
        claimed = lanes.claim(quota)
        if isinstance(claimed, tuple):
            batch = lanes.batch(claimed.batch)
            begin(lanes, batch)
            found.append((clock.now, batch.destination))
        elif claimed is None or clock.now + claimed > end:
            clock.advance(end - clock.now)
            return found
        else:
            clock.advance(claimed)


def first_of(found):
    """Count the calls of the first class."""
    return sum(destination == "consents" for _, destination in found)


def test_rows_of_the_first_class_go_before_others_and_backfills_last(redis, lanes):
    add(redis, "backfill", lane="consents/all+bulk")
    add(redis, "early")
    add(redis, "late", lane=FIRST)

    assert [profiles(lanes) for _ in range(3)] == [["late"], ["early"], ["backfill"]]


def test_a_retry_of_the_first_class_goes_before_older_ones(redis, lanes):
    add(redis, "p1")
    other = cut(lanes)
    add(redis, "p2", lane=FIRST)
    first = cut(lanes)
    lanes.retry(other, delay=0, spend=False, refund=True)
    lanes.retry(first, delay=0, spend=False, refund=True)

    assert [cut(lanes).destination for _ in range(2)] == ["consents", "lapsed"]


def test_batches_that_wait_keep_the_first_class_from_no_place(redis, lanes):
    quota = replace(QUOTA, max_in_flight=1)
    add(redis, "p1", "p2")
    lanes.retry(cut(lanes, quota), delay=3600, spend=False, refund=True)
    add(redis, "p3", "p4", lane=FIRST)

    assert profiles(lanes, quota) == ["p3"]
    cut(lanes, quota)
    add(redis, "p5", lane=FIRST)
    assert lanes.claim(quota) is None


def test_halves_of_a_batch_keep_its_class(redis, lanes):
    configure(redis, "consents", max_rows=2, max_age=0, priority="first")
    add(redis, "p1", "p2", lane=FIRST)
    batch = cut(lanes)
    lanes.split(batch)

    assert [redis.hget(f"batch:{cut(lanes).id}", "first") for _ in range(2)] == [b"1", b"1"]


def test_rows_that_wait_change_their_class_with_the_destination(redis, lanes):
    add(redis, "early")
    add(redis, "late", lane=FIRST)
    configure(redis, "consents", max_rows=1, max_age=0)
    redis.hdel("connector:acme", "first")

    assert sorted(profiles(lanes) for _ in range(2)) == [["early"], ["late"]]
    assert not redis.exists("ready:acme:triggerCustomEvent:first")


def test_a_tenth_is_kept_for_the_first_class_and_may_go_at_once(timed, fake_redis, clock):
    put(fake_redis, OTHER, clock, *map(str, range(100)))
    made = spend(timed, clock, 59)
    put(fake_redis, FIRST, clock, *map(str, range(20)))

    assert len(made) == 18
    assert first_of(spend(timed, clock)) == 2


def test_no_window_is_too_full_however_the_classes_mix(timed, fake_redis, clock):
    put(fake_redis, OTHER, clock, *map(str, range(150)))
    found = []
    for tick in range(6):
        put(fake_redis, FIRST, clock, *(f"{tick}-{n}" for n in range(6)))
        found += spend(timed, clock, 20)

    assert most_in_a_window([moment for moment, _ in found]) <= 20
    assert first_of(found) >= 30
    assert len(found) >= 0.9 * 40


def test_without_a_destination_of_the_first_class_nothing_is_kept(timed, fake_redis, clock):
    fake_redis.hdel("connector:acme", "first")
    put(fake_redis, OTHER, clock, *map(str, range(100)))

    assert len(spend(timed, clock, 59.9)) == 20


def test_the_permit_of_a_call_that_was_not_made_is_free_again(timed, fake_redis, clock):
    put(fake_redis, FIRST, clock, "p1")
    quota = replace(QUOTA, limit=1)
    batch = cut(timed, quota)
    timed.retry(batch, delay=0, spend=False, refund=True)

    assert isinstance(timed.claim(quota), tuple)


def test_rows_that_come_due_soon_are_not_waited_for_longer(timed, fake_redis, clock):
    """A claim for others that has to wait for a permit tells when the first class is due."""
    put(fake_redis, OTHER, clock, "p1", "p2")
    quota = replace(QUOTA, limit=1)
    cut(timed, quota)
    put(fake_redis, FIRST, clock, "p3")
    fake_redis.zadd("ready:acme:triggerCustomEvent:first", {FIRST: int(clock.now * 1000) + 2000})

    assert timed.claim(quota) == pytest.approx(2)


def test_a_row_goes_within_its_age_though_10_000_wait_and_the_account_is_throttled(timed, fake_redis, clock):
    """The account refuses a call, and goes on at half the rate with all that waited."""
    put(fake_redis, OTHER, clock, *map(str, range(10_000)))
    spend(timed, clock, 30)
    limits.throttled(fake_redis, QUOTA.account, "triggerCustomEvent")
    spend(timed, clock, 100)
    put(fake_redis, FIRST, clock, "opt-out")

    assert first_of(spend(timed, clock, 1)) == 1
