"""pipeline.lanes.limits: the permit of a claim, from the claim until its call has been answered."""

from dataclasses import replace

import pytest

from pipeline.lanes import limits
from pipeline.lanes.lanes import Lanes
from tests.builders import QUOTA, begin, configure, cut
from tests.lanes.permits import add


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


def test_the_permit_of_a_call_that_was_not_made_is_free_again(fake_redis, clock):
    configure(fake_redis, max_rows=1)
    add(fake_redis, "a")
    lanes, quota = Lanes(fake_redis), replace(QUOTA, limit=1)
    batch = cut(lanes, quota)
    lanes.retry(batch, delay=0, spend=False, refund=True)

    assert isinstance(lanes.claim(quota), tuple)


def test_connectors_of_one_account_share_its_limit_and_functions_do_not(fake_redis, clock):
    assert limits.take(fake_redis, "one", "f", 1) == 0
    assert limits.take(fake_redis, "one", "f", 1) == pytest.approx(60.5, abs=0.01)
    assert limits.take(fake_redis, "one", "g", 1) == 0
    assert limits.take(fake_redis, "two", "f", 1) == 0
