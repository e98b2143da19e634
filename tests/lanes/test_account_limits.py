"""pipeline.lanes.limits: limits that the account tells, beside those of the connector."""

from dataclasses import replace

import pytest

from pipeline.lanes import limits
from pipeline.lanes.lanes import Lanes
from tests.builders import QUOTA, configure, cut
from tests.lanes.permits import ACCOUNT, EARLY, add, rate


def test_what_the_account_says_counts_unless_the_connector_sets_a_limit(fake_redis, clock):
    configure(fake_redis, max_rows=1)
    add(fake_redis, *"abcdef")
    lanes, quota = Lanes(fake_redis), replace(QUOTA, limit=0, default=1000)
    limits.store_allowances(fake_redis, QUOTA.account, {"triggerCustomEvent": 4})
    cut(lanes, quota)

    assert lanes.claim(quota) == pytest.approx(15 - EARLY)
    assert lanes.claim(replace(quota, utilisation=0.5)) == pytest.approx(15 - EARLY)
    clock.advance(15)
    cut(lanes, replace(quota, limit=3))
    assert lanes.claim(replace(quota, limit=3)) == pytest.approx(20 - EARLY)


def test_a_refusal_has_the_account_asked_again_and_then_every_few_minutes(fake_redis, clock):
    limits.store_allowances(fake_redis, ACCOUNT, {"f": 100})
    clock.advance(3600)
    assert limits.asked_recently(fake_redis, ACCOUNT)

    limits.throttled(fake_redis, ACCOUNT, "f")
    assert not limits.asked_recently(fake_redis, ACCOUNT)
    limits.store_allowances(fake_redis, ACCOUNT, {"f": 100})
    clock.advance(299)
    assert limits.asked_recently(fake_redis, ACCOUNT)
    clock.advance(2)
    assert not limits.asked_recently(fake_redis, ACCOUNT)


def test_a_lower_limit_that_the_account_tells_is_used_in_full_after_the_pause(fake_redis, clock):
    """There is nothing to feel one's way to."""
    limits.store_allowances(fake_redis, ACCOUNT, {"f": 100})
    limits.take(fake_redis, ACCOUNT, "f", 100)
    limits.throttled(fake_redis, ACCOUNT, "f")
    limits.store_allowances(fake_redis, ACCOUNT, {"f": 50})

    assert rate(fake_redis) == 100
    assert limits.take(fake_redis, ACCOUNT, "f", 50) >= 60


def test_a_refusal_below_the_limit_that_the_account_tells_halves_the_rate(fake_redis, clock):
    """Somebody else uses the account, and what it says is no news."""
    limits.take(fake_redis, ACCOUNT, "f", 95)
    limits.throttled(fake_redis, ACCOUNT, "f")
    limits.store_allowances(fake_redis, ACCOUNT, {"f": 95})

    assert rate(fake_redis) == 50


def test_a_limit_that_is_set_gives_way_when_the_account_refuses_and_says_less(fake_redis, clock):
    configure(fake_redis, max_rows=1)
    add(fake_redis, *"abcdef")
    lanes, quota = Lanes(fake_redis), replace(QUOTA, limit=6)
    limits.store_allowances(fake_redis, QUOTA.account, {"triggerCustomEvent": 4})
    cut(lanes, quota)
    assert lanes.claim(quota) == pytest.approx(10 - EARLY)

    refuse(fake_redis, clock, lanes, quota, {"triggerCustomEvent": 4})
    cut(lanes, quota)
    assert lanes.claim(quota) == pytest.approx(15 - EARLY)

    limits.store_allowances(fake_redis, QUOTA.account, {"triggerCustomEvent": 7})
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
    limits.store_allowances(client, quota.account, answer)
    clock.advance(lanes.claim(quota))
