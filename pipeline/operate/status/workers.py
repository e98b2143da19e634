"""Workers: is there one that lives? Celery would take seconds to say so, and need an answer from each.

Every worker's timer takes the duty ``turn:intake`` (see heartbeat.py) about once a second.
"""

import time
from collections.abc import Mapping

import redis

from pipeline.runtime.beat import MAX_BEAT_SECONDS
from pipeline.stores.broker import DEFAULT_QUEUE

QUEUES = ("activations", "deliveries", "sync", DEFAULT_QUEUE)  # as in broker.celery_settings
PATIENCE = 2 * MAX_BEAT_SECONDS  # between two beats the duty is free for a moment
POLL_SECONDS = 0.05


def seen(client: redis.Redis, patience: float = PATIENCE) -> bool:
    """Tell whether some worker's timer beats; finding that none does takes all of ``patience``."""
    deadline = time.monotonic() + patience
    while not client.exists("turn:intake"):
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
