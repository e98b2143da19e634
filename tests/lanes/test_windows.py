"""pipeline.lanes.limits: no window is too full, and few permits go unused."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.lanes import limits
from pipeline.lanes.lanes import Lanes
from tests.builders import QUOTA, configure
from tests.lanes.permits import ACCOUNT, add, most_in_a_window, run, told_time


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


def test_a_login_counts_by_the_window_of_its_kind(fake_redis, clock):
    """An account that counts by ten seconds gives its ten logins back after them."""
    taken = []
    while clock.now < 1_800_000_060:
        wait = limits.take(fake_redis, ACCOUNT, "login", 10, window=10)
        if wait == 0:
            taken.append(clock.now)
        clock.advance(wait)

    assert most_in_a_window(taken, 10) <= 10
    assert len(taken) >= 55
