"""tasks.timer: a beat that goes wrong is followed by the next."""

import pytest
import redis

from pipeline.runtime.beat import MAX_BEAT_SECONDS
from tasks import timer


class Worker:
    """A worker whose heartbeat goes wrong."""

    catalog = None

    def __init__(self, error: BaseException) -> None:
        self.error = error
        self.heartbeat = self.duties = self
        self.reconnected = 0

    def beat(self, _):
        raise self.error

    def attempt(self, *_):
        raise self.error

    def renew_leases(self):
        raise self.error

    def reconnect(self):
        self.reconnected += 1


@pytest.mark.parametrize(
    ("error", "wait", "reconnected"),
    [
        (redis.ConnectionError(), MAX_BEAT_SECONDS, 0),
        (redis.ResponseError("WRONGTYPE"), MAX_BEAT_SECONDS, 0),
        (redis.TimeoutError(), 0.0, 1),
        (KeyError("x"), MAX_BEAT_SECONDS, 0),
        (MemoryError(), MAX_BEAT_SECONDS, 0),
    ],
)
def test_no_error_ends_the_timer(monkeypatch, error, wait, reconnected):
    worker = Worker(error)
    monkeypatch.setattr(timer, "runtime", lambda: worker)

    assert timer.beat() == wait
    assert worker.reconnected == reconnected


def test_no_error_of_redis_ends_the_renewal_of_leases(monkeypatch):
    monkeypatch.setattr(timer, "runtime", lambda: Worker(redis.ConnectionError()))

    timer.renew()
