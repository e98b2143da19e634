"""Workers: is there one that lives? Celery would take seconds to say so, and need an answer from each.

Every worker's timer renews ``worker:beat`` (see heartbeat.py) about once a second, and takes the duty
``turn:intake``, which is all that workers of an older version do.
"""

import time
from collections.abc import Mapping

import redis

from pipeline.runtime.beat import BEAT, MAX_BEAT_SECONDS
from pipeline.stores.broker import DEFAULT_QUEUE

QUEUES = ("activations", "deliveries", "sync", "imports", DEFAULT_QUEUE)  # as in broker.celery_settings
PATIENCE = 2 * MAX_BEAT_SECONDS  # a worker of an older version holds the duty only most of the time
POLL_SECONDS = 0.05


def seen(client: redis.Redis, patience: float = PATIENCE) -> bool:
    """Tell whether some worker's timer beats; finding that none does takes all of ``patience`` (seconds)."""
    deadline = time.monotonic() + patience
    while not client.exists(BEAT, "turn:intake"):
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def queued(client: redis.Redis) -> Mapping[str, int]:
    """Count the Celery messages that no worker has fetched yet, by queue."""
    with client.pipeline(transaction=False) as pipe:
        for queue in QUEUES:
            pipe.llen(queue)
        return dict(zip(QUEUES, pipe.execute(), strict=True))
