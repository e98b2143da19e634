"""pipeline.lanes.limits: the rate after a refusal."""

from collections import Counter
from itertools import pairwise

import pytest

from pipeline.lanes import limits
from tests.lanes.permits import ACCOUNT, EARLY, rate, run


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
