"""pipeline.lanes.limits: an account whose capacity is used up."""

from pipeline.lanes import limits
from pipeline.lanes.lanes import Lanes
from tests.builders import QUOTA, begin, configure, cut
from tests.lanes.permits import ACCOUNT, add


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
