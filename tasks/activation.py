"""Activations on their way in."""

from typing import Any

import redis
from celery import Task
from celery.exceptions import Reject
from celery.worker.request import Request

from pipeline.runtime import runtime
from tasks.app import app


class Private(Request):
    """A request whose arguments are shown to nobody: they are a customer's data."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._argsrepr = "(an activation)"
        self._kwargsrepr = "{}"


class PrivateTask(Task):
    """A task whose messages carry an activation."""

    Request = Private


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
