"""Events for Flower: none of them lost between threads, and some that Celery would not send.

celery 5.6.3 empties its buffer after sending it, along with what other threads have put there meanwhile:
tasks then stay STARTED in Flower for ever. celery 5.7 mends it (celery#10401).
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from celery import bootsteps
from celery.app.events import Events as CeleryEvents
from celery.events.dispatcher import EventDispatcher

from pipeline.settle.settlement import DeliveryResult

log = logging.getLogger(__name__)


class Dispatcher(EventDispatcher):
    """Takes out of the buffer what it sends, and nothing else."""

    def flush(self, errors: bool = True, groups: bool = True) -> None:
        """Send what is buffered."""
        super().flush(errors=errors, groups=False)
        if not groups:
            return
        with self.mutex:
            for group, buffer in list(self._group_buffer.items()):
                events = list(buffer)
                if events:
                    self._publish(events, self.producer, f"{group}.multi")
                    del buffer[: len(events)]


class Events(CeleryEvents):
    """What the app asks for its dispatcher."""

    dispatcher_cls = "tasks.events:Dispatcher"


class Stage(bootsteps.StartStopStep):
    """Knows this process's worker, whose dispatcher comes and goes with its connections."""

    worker: Any = None

    def start(self, parent: Any) -> None:
        """Remember the worker."""
        Stage.worker = parent


@contextmanager
def shown(name: str, batch: str, attempt: int) -> Iterator[Callable[[DeliveryResult], None]]:
    """Show what happens within as a task of its own; tell it how the delivery ended."""
    started = time.monotonic()
    reports: list[DeliveryResult] = []
    send("task-received", batch, name=name, args=repr((batch, attempt)), kwargs="{}", retries=0)
    send("task-started", batch)
    try:
        yield reports.append
    except Exception as error:
        log.exception("delivery failed", extra={"batch": batch})
        send("task-failed", batch, exception=type(error).__name__, traceback="")
        return
    report = reports[0]
    if report.again:
        send("task-retried", batch, exception=report.text, traceback="")
    else:
        send("task-succeeded", batch, result=repr(report.text), runtime=time.monotonic() - started)


def send(kind: str, batch: str, **fields: Any) -> None:
    """Send one event, if somebody listens."""
    dispatcher = getattr(getattr(Stage.worker, "consumer", None), "event_dispatcher", None)
    if dispatcher and dispatcher.enabled:
        dispatcher.send(kind, uuid=batch, root_id=batch, **fields)
