"""Activations on their way in."""

from typing import Any

import redis
from celery import Task
from celery.exceptions import Reject

from pipeline.runtime import runtime
from tasks.app import app
from tasks.requests import PrivateTask


@app.task(bind=True, base=PrivateTask, acks_late=True)
def activate(self: Task, activation: dict[str, Any]) -> None:
    """Leave one activation in the intake: the producer's door for any Celery client."""
    try:
        shard = runtime().intake.leave(activation, self.request.id)
    except redis.RedisError as error:
        raise Reject(type(error).__name__, requeue=True) from error
    runtime().doorbell.accept(shard)


@app.task
def accept(shard: int) -> str:
    """Accept what waits in one shard of the intake."""
    summary = runtime().acceptance.accept(shard)
    runtime().dispatch.run()
    return summary
