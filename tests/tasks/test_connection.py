"""tasks.connection: how long a worker pauses before it connects to the broker again."""

from itertools import pairwise

import kombu.utils.functional
import pytest

from tasks.connection import Connection


class Over(Exception):
    """The minute is over."""


def test_a_worker_connects_again_every_second_however_long_redis_is_away(monkeypatch):
    """The promise that work goes on within 15 seconds of Redis' return has no room for Celery's thirty."""
    slept: list[float] = []
    tries_at: list[float] = []

    def sleep(seconds):
        slept.append(seconds)
        if sum(slept) > 60:
            raise Over

    monkeypatch.setattr(kombu.utils.functional, "sleep", sleep)
    connection = Connection("redis://127.0.0.1:1/0")
    with pytest.raises(Over):
        connection.ensure_connection(
            lambda *_: tries_at.append(sum(slept)), None
        )  # as Celery's consumer does

    assert len(tries_at) > 50
    assert max(later - earlier for earlier, later in pairwise(tries_at)) <= 1
