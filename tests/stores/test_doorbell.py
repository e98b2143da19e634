"""Doorbells that could not be rung are rung again."""

from contextlib import closing

from pipeline.stores.doorbell import Doorbell


def test_a_ring_that_was_lost_is_rung_again(server_url, redis):
    """A claimed batch would otherwise wait until its lease ends."""
    with closing(Doorbell(server_url)) as bell:
        redis.replicaof("127.0.0.1", "1")
        try:
            bell.ring_deliver("b-1", 1)
            bell.ring_again()
        finally:
            redis.replicaof("NO", "ONE")
        bell.ring_again()
        bell.ring_again()

    assert redis.llen("deliveries") == 1
