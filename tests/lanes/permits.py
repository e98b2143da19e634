"""Steps of tests of limits, by a clock that moves only when told."""

import time
from contextlib import contextmanager

import pytest

from pipeline.lanes import limits
from pipeline.lanes.pace import share
from tests.conftest import Clock, fake_client

ACCOUNT = "account"
EARLY = 3.0  # seconds that a call may be ahead of its schedule


def add(client, *profiles):
    """Put one row per profile into a lane that is due; fakeredis has not all that accepting needs."""
    now = round(time.time() * 1000)
    client.hset("rows:lapsed", mapping=dict.fromkeys(profiles, "{}"))
    client.zadd("lane:lapsed/all", dict.fromkeys(profiles, now))
    client.zadd("ready:acme:triggerCustomEvent", {"lapsed/all": now})


def most_in_a_window(moments, window=60.0):
    """Count the calls of the fullest window, wherever it begins."""
    return max(sum(start <= moment < start + window for moment in moments) for start in moments)


@contextmanager
def told_time():
    """Open a Redis of its own for each example."""
    clock = Clock(1_800_000_000.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.time", clock)
        yield fake_client(), clock


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


def rate(client):
    """Return how many of 100 calls may be made at present."""
    values = client.hgetall(limits.limit_key(ACCOUNT, "f"))
    return round(100 * share(values, 1000 * time.time(), 60_000))
