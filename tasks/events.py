"""Events for Flower about the batches that a task delivers after its own: each is shown as a task."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from celery import bootsteps

from pipeline.settle.settlement import DeliveryResult

log = logging.getLogger(__name__)


class WorkerReference(bootsteps.StartStopStep):
    """Knows this process's worker: its dispatcher is another one after each new connection to the broker."""

    worker: Any = None

    def start(self, parent: Any) -> None:
        """Remember the worker."""
        WorkerReference.worker = parent


@contextmanager
def shown_as_task(name: str, batch: str, attempt: int) -> Iterator[Callable[[DeliveryResult], None]]:
    """Show the delivery in the block as a task of its own; the block calls the value with its result."""
    started = time.monotonic()
    results: list[DeliveryResult] = []
    send_event("task-received", batch, name=name, args=repr((batch, attempt)), kwargs="{}", retries=0)
    send_event("task-started", batch)
    try:
        yield results.append
    except Exception as error:
        log.exception("delivery failed", extra={"batch": batch})
        send_event("task-failed", batch, exception=type(error).__name__, traceback="")
        return
    result = results[0]
    if result.again:
        send_event("task-retried", batch, exception=result.text, traceback="")
    else:
        send_event("task-succeeded", batch, result=repr(result.text), runtime=time.monotonic() - started)


def send_event(kind: str, batch: str, **fields: Any) -> None:
    """Send one event, if Flower or another monitor listens."""
    dispatcher = getattr(getattr(WorkerReference.worker, "consumer", None), "event_dispatcher", None)
    if dispatcher and dispatcher.enabled:
        dispatcher.send(kind, uuid=batch, root_id=batch, **fields)
