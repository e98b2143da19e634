"""pipeline.limits, and the permits of claims, by a clock that moves only when told."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import limits
from pipeline.lanes import Lanes
from tests.core import GATE, add, begin, configure, cut

ACCOUNT = "account"


def most_in_a_window(moments, window=60.0):
    """Count the calls of the fullest window, wherever it begins."""
    return max(sum(start <= moment < start + window for moment in moments) for start in moments)


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


@pytest.mark.parametrize("allowance", [1, 7, 10, 57, 60, 190, 400, 1000])
def test_no_window_holds_more_calls_than_allowed_and_few_permits_go_unused(fake_redis, clock, allowance):
    taken = run(fake_redis, clock, allowance, 240)

    assert most_in_a_window(taken) <= allowance
    assert len(taken) >= (0.98 if allowance >= 100 else 0.9) * 4 * allowance


@settings(max_examples=20, deadline=None)
@given(allowance=st.integers(1, 300), idle=st.sets(st.integers(1, 500), max_size=6))
def test_pauses_of_the_producer_never_lead_to_a_fuller_window(allowance, idle):
    """A burst after a quiet time must fit into what the quiet time left."""
    import fakeredis

    from tests.conftest import Clock

    clock = Clock(1_800_000_000.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.time", clock)
        taken = run(fakeredis.FakeRedis(), clock, allowance, 180, idle)

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
    lanes, gate = Lanes(fake_redis), replace(GATE, limit=10)
    cut(lanes, gate)

    wait = lanes.claim(gate)
    clock.advance(wait - 0.002)
    assert lanes.claim(gate) == pytest.approx(0.002)
    clock.advance(0.002)
    assert isinstance(lanes.claim(gate), tuple)


def test_what_the_account_says_counts_unless_the_connector_sets_a_limit(fake_redis, clock):
    configure(fake_redis, max_rows=1)
    add(fake_redis, *"abcdef")
    lanes, gate = Lanes(fake_redis), replace(GATE, limit=0, default=1000)
    limits.remember(fake_redis, GATE.account, {"triggerCustomEvent": 4})
    cut(lanes, gate)

    assert lanes.claim(gate) == pytest.approx(15)
    assert lanes.claim(replace(gate, utilisation=0.5)) == pytest.approx(15)
    clock.advance(15)
    cut(lanes, replace(gate, limit=2))
    assert lanes.claim(replace(gate, limit=2)) == pytest.approx(30)


def test_connectors_of_one_account_share_its_limit_and_functions_do_not(fake_redis, clock):
    assert limits.take(fake_redis, "one", "f", 1) == 0
    assert limits.take(fake_redis, "one", "f", 1) == pytest.approx(60)
    assert limits.take(fake_redis, "one", "g", 1) == 0
    assert limits.take(fake_redis, "two", "f", 1) == 0


def test_a_refusal_stops_a_function_for_a_minute_and_halves_its_rate(fake_redis, clock):
    limits.throttled(fake_redis, ACCOUNT, "f")
    limits.throttled(fake_redis, ACCOUNT, "f")  # two calls meet the same refusal

    pause = limits.take(fake_redis, ACCOUNT, "f", 6)
    assert 60 <= pause <= 66
    clock.advance(pause)
    assert limits.take(fake_redis, ACCOUNT, "f", 6) == 0
    assert limits.take(fake_redis, ACCOUNT, "f", 6) == pytest.approx(20)


def test_the_rate_comes_back_step_by_step(fake_redis, clock):
    limits.throttled(fake_redis, ACCOUNT, "f")
    clock.advance(limits.take(fake_redis, ACCOUNT, "f", 6))

    waits = []
    for _ in range(6):
        limits.take(fake_redis, ACCOUNT, "f", 6)
        waits.append(round(limits.take(fake_redis, ACCOUNT, "f", 6), 1))
        clock.advance(60)

    assert waits == [20.0, 16.7, 14.3, 12.5, 11.1, 10.0]


def test_the_permit_of_a_call_that_was_not_made_is_free_again(fake_redis, clock):
    configure(fake_redis, max_rows=1)
    add(fake_redis, "a")
    lanes, gate = Lanes(fake_redis), replace(GATE, limit=1)
    batch = cut(lanes, gate)
    lanes.retry(batch, delay=0, spend=False, refund=True)

    assert isinstance(lanes.claim(gate), tuple)


def test_an_exhausted_account_is_tried_with_one_call_after_1_2_4_and_at_most_10_minutes(fake_redis, clock):
    configure(fake_redis, max_rows=1)
    add(fake_redis, *"abc")
    lanes = Lanes(fake_redis)
    batch = cut(lanes)

    waits = []
    for _ in range(6):
        begin(lanes, batch)
        limits.exhausted(fake_redis, GATE.account, batch.id)
        lanes.retry(batch, delay=0, spend=False, refund=False)
        waits.append(lanes.claim(GATE))
        clock.advance(waits[-1])
        batch = cut(lanes)
        assert lanes.claim(GATE) > 0  # one call only

    assert waits == [60, 120, 240, 480, 600, 600]


def test_an_exhausted_account_goes_on_when_its_one_call_was_answered(fake_redis, clock):
    configure(fake_redis, max_rows=1)
    add(fake_redis, *"abc")
    lanes = Lanes(fake_redis)
    batch = cut(lanes)
    limits.exhausted(fake_redis, GATE.account, batch.id)
    lanes.retry(batch, delay=0, spend=False, refund=False)
    clock.advance(60)
    probe = cut(lanes)
    begin(lanes, probe)
    lanes.settle(probe)
    clock.advance(1)

    assert isinstance(lanes.claim(GATE), tuple)


def test_calls_under_way_when_an_account_is_exhausted_count_as_one_strike(fake_redis, clock):
    limits.exhausted(fake_redis, ACCOUNT, "one")
    limits.exhausted(fake_redis, ACCOUNT, "two")

    assert fake_redis.hget(f"capacity:{ACCOUNT}", "strikes") == b"1"
