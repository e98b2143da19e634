"""Activations on their way in."""

import time
from collections.abc import Iterator
from typing import Any

import redis
from celery import Task
from celery.exceptions import Reject

from pipeline.runtime.worker import runtime
from tasks.app import app
from tasks.requests import TaskWithoutArguments

MAX_SECONDS = 1.0  # after which ``accept`` begins with no other shard


@app.task(bind=True, base=TaskWithoutArguments, acks_late=True)
def activate(self: Task, activation: dict[str, Any]) -> None:
    """Leave one activation in the intake: the producer's door for any Celery client."""
    try:
        shard = runtime().intake.append_raw(activation, str(self.request.id))
    except redis.RedisError as error:
        raise Reject(type(error).__name__, requeue=True) from error
    runtime().doorbell.ring_accept(shard)


@app.task
def accept(shard: int) -> str:
    """Accept the entries of one shard of the intake, then of other shards for a second.

    Batches that have become due are sent off after each shard.
    """
    return runtime().acceptance.accept(shard, other_shards(shard), runtime().dispatch.send_off)


def other_shards(shard: int) -> Iterator[int]:
    """Yield further shards that hold entries, until MAX_SECONDS are over."""
    until = time.monotonic() + MAX_SECONDS
    for other in runtime().intake.waiting():
        if other != shard and time.monotonic() < until:
            yield other
