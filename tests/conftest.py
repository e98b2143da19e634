"""What all tests share."""

import time

import fakeredis
import pytest

pytest_plugins = ["tests.fixtures.stores"]


class Clock:
    """A clock that moves only when told."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        """Tell the time as ``time.time`` does."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Move on."""
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    """The time that ``fake_redis`` tells."""
    clock = Clock(1_800_000_000.0)
    monkeypatch.setattr(time, "time", clock)
    return clock


@pytest.fixture
def fake_redis(clock):
    """A Redis in this process, whose time is ``clock``."""
    return fakeredis.FakeRedis()
