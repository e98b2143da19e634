"""pipeline.lanes.limits, and the permits of claims, by a clock that moves only when told."""

import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from random import Random

import fakeredis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.lanes import limits
from pipeline.lanes.lanes import Lanes
from pipeline.operate.status.pace import share
from tests.builders import QUOTA, begin, configure, cut
from tests.conftest import Clock

ACCOUNT = "account"
EARLY = 3.0  # seconds that a call may be ahead of its schedule


def add(client, *profiles):
    """Put one row per profile into a lane that is due; fakeredis has not all that accepting needs."""
    now = round(time.time() * 1000)
    client.hset("rows:lapsed", mapping=dict.fromkeys(profiles, "{}"))
    client.zadd("lane:lapsed/all", dict.fromkeys(profiles, now))
    client.zadd("ready:acme:triggerCustomEvent", {"lapsed/all": now})


def most_in_a_window(moments, window=60.0):
    """Count the calls of the fullest window, wherever it begins."""
    return max(sum(start <= moment < start + window for moment in moments) for start in moments)


@contextmanager
def told_time():
    """Open a Redis of its own for each example."""
    clock = Clock(1_800_000_000.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.time", clock)
        yield fakeredis.FakeRedis(), clock


def run(client, clock, allowance, seconds, idle=()):
    """Take every permit as soon as it can be had; return when each was taken."""
    end, taken = clock.now + seconds, []
    while clock.now < end:
        wait = limits.take(client, ACCOUNT, "f", allowance)
        if wait == 0:
            taken.append(clock.now)
        clock.advance(wait)
        if len(taken) in idle:
            clock.advance(45)
    return taken


@pytest.mark.parametrize("allowance", [1, 7, 10, 57, 60, 200])
def test_no_window_holds_more_calls_than_allowed_and_few_permits_go_unused(fake_redis, clock, allowance):
    taken = run(fake_redis, clock, allowance, 150)

    assert most_in_a_window(taken) <= allowance
    assert len(taken) >= 0.98 * 2.5 * allowance - 1


@pytest.mark.parametrize("allowance", [10, 60, 200])
def test_a_timer_that_wakes_up_late_catches_up(fake_redis, clock, allowance):
    """On a busy machine each of them does, by a second and more."""
    late = Random(allowance)
    end, taken = clock.now + 150, []
    while clock.now < end:
        wait = limits.take(fake_redis, ACCOUNT, "f", allowance)
        if wait == 0:
            taken.append(clock.now)
        else:
            clock.advance(wait + late.uniform(0, 1.5))

    assert most_in_a_window(taken) <= allowance
    assert len(taken) >= 0.98 * 2.5 * allowance - 1


@settings(max_examples=8)
@given(seed=st.integers(), allowance=st.integers(1, 20), slowest=st.sampled_from([0.05, 1.0, 10.0]))
def test_a_window_is_never_too_full_however_late_calls_leave_and_arrive(seed, allowance, slowest):
    """Between a permit and its call lie a queue, a busy worker and a network."""
    with told_time() as (client, clock):
        arrived, permits = simulate(client, clock, allowance, Random(seed), slowest)

    assert most_in_a_window(arrived) <= allowance
    assert permits >= 2 * allowance


def simulate(client, clock, allowance, dice, slowest):
    """Claim for three minutes whenever that is possible; return when calls arrived, and how many left."""
    configure(client, max_rows=1)
    add(client, *[str(number) for number in range(3 * allowance + 1)])
    lanes, quota = Lanes(client), replace(QUOTA, limit=allowance, max_in_flight=1000)
    end, arrived, events, permits = clock.now + 180, [], [], 0
    while clock.now < end:
        claimed = lanes.claim(quota)
        if isinstance(claimed, tuple):
            permits += 1
            begun = clock.now + dice.uniform(0, slowest)
            answered = begun + dice.uniform(0, slowest)
            arrived.append(dice.uniform(begun, min(answered, begun + 5)))
            batch = lanes.batch(claimed.batch)
            events += [(begun, permits, lanes.begin, batch), (answered, permits, lanes.settle, batch)]
            continue
        events.sort(key=lambda event: event[:2])
        soonest = clock.now + claimed if claimed else end
        if events and events[0][0] <= soonest:
            moment, _, happens, batch = events.pop(0)
            clock.advance(max(0, moment - clock.now))
            happens(batch)
        else:
            clock.advance(soonest - clock.now)
    return arrived, permits


def test_a_call_that_comes_too_late_for_its_permit_needs_another(fake_redis, clock):
    """Its permit counts no more, and others have used the minute up."""
    configure(fake_redis, max_rows=1)
    add(fake_redis, "a", "b", "c")
    lanes, quota = Lanes(fake_redis), replace(QUOTA, limit=2)
    late = cut(lanes, quota)
    clock.advance(150)
    for _ in range(2):
        begin(lanes, cut(lanes, quota))
        clock.advance(28)

    assert not lanes.begin(late)


def test_a_permit_is_good_for_a_minute(fake_redis, clock):
    configure(fake_redis, max_rows=1)
    add(fake_redis, "a")
    lanes = Lanes(fake_redis)
    batch = cut(lanes)
    clock.advance(60)

    assert lanes.begin(batch)


def test_a_call_that_left_at_the_last_moment_counts_for_a_minute_more(fake_redis, clock):
    configure(fake_redis, max_rows=1)
    add(fake_redis, "a", "b")
    lanes, quota = Lanes(fake_redis), replace(QUOTA, limit=1)
    batch = cut(lanes, quota)
    clock.advance(60)
    lanes.begin(batch)
    clock.advance(64)

    assert lanes.claim(quota) == pytest.approx(1, abs=0.01)


@settings(max_examples=15)
@given(allowance=st.integers(1, 60), idle=st.sets(st.integers(1, 120), max_size=6))
def test_pauses_of_the_producer_never_lead_to_a_fuller_window(allowance, idle):
    """A burst after a quiet time must fit into what the quiet time left."""
    with told_time() as (client, clock):
        taken = run(client, clock, allowance, 180, idle)

    assert most_in_a_window(taken) <= allowance


def test_a_burst_is_taken_from_what_the_minute_holds(fake_redis, clock):
    taken = []
    while clock.now < 1_800_000_120:
        wait = limits.take(fake_redis, ACCOUNT, "login", 10, burst=2)
        if wait == 0:
            taken.append(clock.now)
        clock.advance(wait)

    assert taken[0] == taken[1] == taken[2] < taken[3]
    assert most_in_a_window(taken) <= 10


def test_a_claim_without_permit_says_exactly_when_to_ask_again(fake_redis, clock):
    configure(fake_redis, max_rows=1)
    add(fake_redis, "a", "b")
    lanes, quota = Lanes(fake_redis), replace(QUOTA, limit=10)
    cut(lanes, quota)

    wait = lanes.claim(quota)
    clock.advance(wait - 0.002)
    assert lanes.claim(quota) == pytest.approx(0.002)
    clock.advance(0.002)
    assert isinstance(lanes.claim(quota), tuple)


def test_what_the_account_says_counts_unless_the_connector_sets_a_limit(fake_redis, clock):
    configure(fake_redis, max_rows=1)
    add(fake_redis, *"abcdef")
    lanes, quota = Lanes(fake_redis), replace(QUOTA, limit=0, default=1000)
    limits.remember(fake_redis, QUOTA.account, {"triggerCustomEvent": 4})
    cut(lanes, quota)

    assert lanes.claim(quota) == pytest.approx(15 - EARLY)
    assert lanes.claim(replace(quota, utilisation=0.5)) == pytest.approx(15 - EARLY)
    clock.advance(15)
    cut(lanes, replace(quota, limit=3))
    assert lanes.claim(replace(quota, limit=3)) == pytest.approx(20 - EARLY)


def test_connectors_of_one_account_share_its_limit_and_functions_do_not(fake_redis, clock):
    assert limits.take(fake_redis, "one", "f", 1) == 0
    assert limits.take(fake_redis, "one", "f", 1) == pytest.approx(60.5, abs=0.01)
    assert limits.take(fake_redis, "one", "g", 1) == 0
    assert limits.take(fake_redis, "two", "f", 1) == 0


def test_a_refusal_stops_a_function_for_a_minute_and_halves_its_rate(fake_redis, clock):
    limits.throttled(fake_redis, ACCOUNT, "f")
    limits.throttled(fake_redis, ACCOUNT, "f")  # two calls meet the same refusal

    pause = limits.take(fake_redis, ACCOUNT, "f", 6)
    assert 60 <= pause <= 66
    clock.advance(pause)
    assert limits.take(fake_redis, ACCOUNT, "f", 6) == 0
    assert limits.take(fake_redis, ACCOUNT, "f", 6) == pytest.approx(20 - EARLY)


def test_the_rate_comes_back_step_by_step(fake_redis, clock):
    limits.throttled(fake_redis, ACCOUNT, "f")
    clock.advance(limits.take(fake_redis, ACCOUNT, "f", 100))

    taken = run(fake_redis, clock, 100, 6 * 60)
    minutes = Counter(int((moment - taken[0]) // 60) for moment in taken)

    assert [minutes[number] for number in range(6)] == [50, 60, 70, 80, 90, 100]


def test_a_step_up_that_is_refused_is_taken_back_and_tried_again_ever_later(fake_redis, clock):
    """The rate before it was good. A limit that somebody else uses up may stay like that for hours."""
    limits.throttled(fake_redis, ACCOUNT, "f")
    waited = []
    for _ in range(5):
        clock.advance(limits.take(fake_redis, ACCOUNT, "f", 100))
        began = clock.now
        while rate(fake_redis) < 60:
            clock.advance(1)
        waited.append(round((clock.now - began) / 60))
        limits.throttled(fake_redis, ACCOUNT, "f")

    assert waited == [1, 8, 8, 8, 8]


def test_after_steps_that_went_well_a_refused_one_is_tried_again_sooner(fake_redis, clock):
    limits.throttled(fake_redis, ACCOUNT, "f")
    clock.advance(limits.take(fake_redis, ACCOUNT, "f", 100) + 180)
    assert rate(fake_redis) == 80
    limits.throttled(fake_redis, ACCOUNT, "f")
    clock.advance(limits.take(fake_redis, ACCOUNT, "f", 100))

    assert rate(fake_redis) == 70
    clock.advance(230)
    assert rate(fake_redis) == 70
    clock.advance(20)
    assert rate(fake_redis) == 80


@pytest.mark.parametrize("allowed", [50, 70, 90])
def test_a_limit_that_nobody_tells_is_exceeded_twice_in_eight_windows_and_then_in_each_nine(
    fake_redis, clock, allowed
):
    """Every rejection costs a window."""
    answered, refused = meet(fake_redis, clock, allowed, 30 * 60)

    began = refused[0]
    assert sum(moment < began + 8 * 60 for moment in refused) <= 2
    assert min(later - sooner for sooner, later in pairwise(refused[2:])) >= 8 * 60
    later = [moment for moment in answered if moment >= began + 10 * 60]
    assert len(later) >= 0.8 * allowed * (clock.now - began - 10 * 60) / 60


def meet(client, clock, allowed, seconds):
    """Make 100 calls a minute where ``allowed`` are; return when they were answered, and when refused."""
    end, answered, refused = clock.now + seconds, [], []
    while clock.now < end:
        wait = limits.take(client, ACCOUNT, "f", 100)
        if wait:
            clock.advance(wait)
        elif sum(moment > clock.now - 60 for moment in answered[-100:]) < allowed:
            answered.append(clock.now)
        else:
            refused.append(clock.now)
            limits.throttled(client, ACCOUNT, "f")
    return answered, refused


def rate(client):
    """Return how many of 100 calls may be made at present."""
    values = client.hgetall(limits.key(ACCOUNT, "f"))
    return round(100 * share(values, 1000 * time.time(), 60_000))


def test_a_refusal_has_the_account_asked_again_and_then_every_few_minutes(fake_redis, clock):
    limits.remember(fake_redis, ACCOUNT, {"f": 100})
    clock.advance(3600)
    assert limits.asked_recently(fake_redis, ACCOUNT)

    limits.throttled(fake_redis, ACCOUNT, "f")
    assert not limits.asked_recently(fake_redis, ACCOUNT)
    limits.remember(fake_redis, ACCOUNT, {"f": 100})
    clock.advance(299)
    assert limits.asked_recently(fake_redis, ACCOUNT)
    clock.advance(2)
    assert not limits.asked_recently(fake_redis, ACCOUNT)


def test_a_lower_limit_that_the_account_tells_is_used_in_full_after_the_pause(fake_redis, clock):
    """There is nothing to feel one's way to."""
    limits.remember(fake_redis, ACCOUNT, {"f": 100})
    limits.take(fake_redis, ACCOUNT, "f", 100)
    limits.throttled(fake_redis, ACCOUNT, "f")
    limits.remember(fake_redis, ACCOUNT, {"f": 50})

    assert rate(fake_redis) == 100
    assert limits.take(fake_redis, ACCOUNT, "f", 50) >= 60


def test_a_refusal_below_the_limit_that_the_account_tells_halves_the_rate(fake_redis, clock):
    """Somebody else uses the account, and what it says is no news."""
    limits.take(fake_redis, ACCOUNT, "f", 95)
    limits.throttled(fake_redis, ACCOUNT, "f")
    limits.remember(fake_redis, ACCOUNT, {"f": 95})

    assert rate(fake_redis) == 50


def test_a_limit_that_is_set_gives_way_when_the_account_refuses_and_says_less(fake_redis, clock):
    configure(fake_redis, max_rows=1)
    add(fake_redis, *"abcdef")
    lanes, quota = Lanes(fake_redis), replace(QUOTA, limit=6)
    limits.remember(fake_redis, QUOTA.account, {"triggerCustomEvent": 4})
    cut(lanes, quota)
    assert lanes.claim(quota) == pytest.approx(10 - EARLY)

    refuse(fake_redis, clock, lanes, quota, {"triggerCustomEvent": 4})
    cut(lanes, quota)
    assert lanes.claim(quota) == pytest.approx(15 - EARLY)

    limits.remember(fake_redis, QUOTA.account, {"triggerCustomEvent": 7})
    clock.advance(15)
    cut(lanes, quota)
    assert lanes.claim(quota) == pytest.approx(10 - EARLY)


def test_an_hour_after_the_last_refusal_the_limit_that_is_set_is_tried_again(fake_redis, clock):
    """The account's own answer may be the one that is wrong."""
    configure(fake_redis, max_rows=1)
    add(fake_redis, *"abcdef")
    lanes, quota = Lanes(fake_redis), replace(QUOTA, limit=6)
    cut(lanes, quota)
    refuse(fake_redis, clock, lanes, quota, {"triggerCustomEvent": 4})

    clock.advance(3600)
    cut(lanes, quota)
    assert lanes.claim(quota) == pytest.approx(10 - EARLY)


def test_a_limit_that_is_set_below_what_the_account_says_stays_in_force(fake_redis, clock):
    configure(fake_redis, max_rows=1)
    add(fake_redis, *"abcdef")
    lanes, quota = Lanes(fake_redis), replace(QUOTA, limit=6)
    cut(lanes, quota)
    refuse(fake_redis, clock, lanes, quota, {"triggerCustomEvent": 40})

    cut(lanes, quota)
    assert lanes.claim(quota) == pytest.approx(20 - EARLY)  # half of it, after a refusal that nobody explains


def refuse(client, clock, lanes, quota, answer):
    """Refuse a call, have the account asked what it allows, and wait until calls may go again."""
    limits.throttled(client, quota.account, quota.function)
    limits.remember(client, quota.account, answer)
    clock.advance(lanes.claim(quota))


def test_the_permit_of_a_call_that_was_not_made_is_free_again(fake_redis, clock):
    configure(fake_redis, max_rows=1)
    add(fake_redis, "a")
    lanes, quota = Lanes(fake_redis), replace(QUOTA, limit=1)
    batch = cut(lanes, quota)
    lanes.retry(batch, delay=0, spend=False, refund=True)

    assert isinstance(lanes.claim(quota), tuple)


def test_an_exhausted_account_is_tried_with_one_call_after_1_2_4_and_at_most_10_minutes(fake_redis, clock):
    configure(fake_redis, max_rows=1)
    add(fake_redis, *"abc")
    lanes = Lanes(fake_redis)
    batch = cut(lanes)

    waits = []
    for _ in range(6):
        begin(lanes, batch)
        limits.exhausted(fake_redis, QUOTA.account, batch.id)
        lanes.retry(batch, delay=0, spend=False, refund=False)
        waits.append(lanes.claim(QUOTA))
        clock.advance(waits[-1])
        batch = cut(lanes)
        assert lanes.claim(QUOTA) > 0  # one call only

    assert waits == [60, 120, 240, 480, 600, 600]


def test_an_exhausted_account_goes_on_when_its_one_call_was_answered(fake_redis, clock):
    configure(fake_redis, max_rows=1)
    add(fake_redis, *"abc")
    lanes = Lanes(fake_redis)
    batch = cut(lanes)
    limits.exhausted(fake_redis, QUOTA.account, batch.id)
    lanes.retry(batch, delay=0, spend=False, refund=False)
    clock.advance(60)
    probe = cut(lanes)
    begin(lanes, probe)
    lanes.settle(probe)
    clock.advance(1)

    assert isinstance(lanes.claim(QUOTA), tuple)


def test_calls_under_way_when_an_account_is_exhausted_count_as_one_strike(fake_redis, clock):
    limits.exhausted(fake_redis, ACCOUNT, "one")
    limits.exhausted(fake_redis, ACCOUNT, "two")

    assert fake_redis.hget(f"capacity:{ACCOUNT}", "strikes") == b"1"
