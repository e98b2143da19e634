"""Unrouted messages: they lie in queues that no worker takes, such as one that a producer has misspelt.

Celery's clients note every queue that they use in ``_kombu.binding.{exchange}``, a set. Finding these takes a
look at all keys, which ends after ``MAX_SCAN_SECONDS``: among millions of keys some may be missed.
"""

import time
from collections.abc import Iterator, Mapping

import redis

from pipeline.operate.status.workers import QUEUES
from pipeline.stores.broker import decoded

BINDINGS = "_kombu.binding."
SEPARATOR = "\x06\x16"  # between the parts of a binding, and between a queue and a priority
PRIORITIES = ("", *(f"{SEPARATOR}{priority}" for priority in (3, 6, 9)))
BROADCASTS = ("celeryev", "pidbox")  # exchanges with queues that are no lists
MAX_SCAN_SECONDS = 0.1
SCAN_KEYS = 5_000  # looked at by one command


def unrouted(client: redis.Redis) -> Mapping[str, int]:
    """Count the messages in each queue that holds some, and that no worker of ours takes."""
    queues = sorted(set(bound_queues(client)) - {*QUEUES, ""})
    with client.pipeline(transaction=False) as pipe:
        for queue in queues:
            for priority in PRIORITIES:
                pipe.llen(f"{queue}{priority}")
        answers = pipe.execute(raise_on_error=False)
    lengths = [answer if isinstance(answer, int) else 0 for answer in answers]
    step = len(PRIORITIES)
    counted = {queue: sum(lengths[n * step : (n + 1) * step]) for n, queue in enumerate(queues)}
    return {queue: length for queue, length in counted.items() if length}


def bound_queues(client: redis.Redis) -> Iterator[str]:
    """Yield the queues that Celery's clients have used."""
    for key in bindings(client):
        if not key.endswith(BROADCASTS):
            for binding in client.smembers(key):
                yield decoded(binding).rpartition(SEPARATOR)[2]


def bindings(client: redis.Redis) -> Iterator[str]:
    """Yield the keys of bindings, as far as they are found in time."""
    until, cursor = time.monotonic() + MAX_SCAN_SECONDS, 0
    while True:
        cursor, keys = client.scan(cursor, match=f"{BINDINGS}*", count=SCAN_KEYS, _type="set")
        yield from map(decoded, keys)
        if not cursor or time.monotonic() > until:
            return
