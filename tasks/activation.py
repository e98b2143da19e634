"""Activations on their way in."""

import time
from collections.abc import Iterator
from typing import Any

import redis
from celery import Task
from celery.exceptions import Reject

from pipeline.runtime.worker import runtime
from tasks.app import app
from tasks.requests import PrivateTask

LONGEST = 1.0  # seconds after which it begins with no other shard


@app.task(bind=True, base=PrivateTask, acks_late=True)
def activate(self: Task, activation: dict[str, Any]) -> None:
    """Leave one activation in the intake: the producer's door for any Celery client."""
    try:
        shard = runtime().intake.leave(activation, self.request.id)
    except redis.RedisError as error:
        raise Reject(type(error).__name__, requeue=True) from error
    runtime().doorbell.ring_accept(shard)


@app.task
def accept(shard: int) -> str:
    """Accept what waits in one shard of the intake, then in others: nobody need have rung for those.

    What has become due is sent off shard by shard.
    """
    return runtime().acceptance.accept(shard, others(shard), runtime().dispatch.send_off)


def others(shard: int) -> Iterator[int]:
    """Name further shards that hold something, for a while."""
    until = time.monotonic() + LONGEST
    for other in runtime().intake.waiting():
        if other != shard and time.monotonic() < until:
            yield other
