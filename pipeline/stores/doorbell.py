"""Tell workers that there is something to do: Celery messages that carry an id and nothing else.

A doorbell may be lost, doubled or late: the stores hold the work, and every worker's timer looks
once a second.
"""

import logging
import threading
from collections import deque
from contextlib import suppress
from typing import Any

from pipeline.stores.broker import celery_settings

Ring = tuple[str, tuple[str | int, ...], str | None]  # task, arguments, task id

log = logging.getLogger(__name__)

# For many shards at once: a worker that accepts one goes on to more, and a ring costs as much as 100 rows.
RINGS = 4
MOST_LOST = 1_000  # rings that are kept for later
IMPORTING = threading.Lock()


class Doorbell:
    """Rings for work by the names of tasks."""

    def __init__(self, broker_url: str) -> None:
        # Celery takes a fifth of a second to import; a command that never rings does without. It takes itself
        # out of sys.modules meanwhile: another thread that imports it just then gets a module without names.
        with IMPORTING:
            from celery import Celery
            from kombu.exceptions import OperationalError
            from kombu.transport import redis  # noqa: F401 -- or the first ring would wait for it

        self._app = Celery("activation", set_as_current=False)
        self._app.conf.update(celery_settings(broker_url))
        self._failures = (OperationalError, OSError)
        self._lock = threading.Lock()
        # A kombu producer with a connection of its own: closing kombu's pool would close that of every part.
        self._producer: Any = None
        self._lost: deque[Ring] = deque(maxlen=MOST_LOST)

    def ring_accept(self, shard: int) -> None:
        """Say that a shard of the intake holds entries."""
        self._ring("tasks.activation.accept", (shard,), None)

    def ring_deliver(self, batch: str, attempt: int) -> None:
        """Say that a batch may go; the task has the batch's id, so that its tries are one task in Flower."""
        self._ring("tasks.delivery.deliver", (batch, attempt), batch)

    def ring_poll(self, connector: str) -> None:
        """Say that answers of asynchronous calls are to be asked for."""
        self._ring("tasks.delivery.poll", (connector,), None)

    def read_limits(self, connector: str) -> None:
        """Say that the limits of a connector's account are not known."""
        self._ring("tasks.delivery.read_limits", (connector,), None)

    def run_source(self, source: str) -> None:
        """Say that the time of a source has come."""
        self._ring("tasks.sync.run_source", (source,), None)

    def run_import(self, name: str) -> None:
        """Say that the time of an import has come."""
        self._ring("tasks.imports.run_import", (name,), None)

    def run_operation(self, operation: str) -> None:
        """Have an operation on dead letters carried out."""
        self._ring("tasks.sync.run_operation", (operation,), None)

    def take_notes(self) -> None:
        """Say that batches left notes for streams, or that it is time to look after people."""
        self._ring("tasks.sync.take_notes", (), None)

    def look_emails_up(self) -> None:
        """Say that there are e-mails without an answer."""
        self._ring("tasks.sync.look_emails_up", (), None)

    def compare_schema(self, connector: str) -> None:
        """Say that it is time to compare the schema of a connector's account with the records."""
        self._ring("tasks.sync.compare_schema", (connector,), None)

    def send_alert(self, message: str) -> None:
        """Say that a message about an alert is due."""
        self._ring("tasks.sync.send_alert", (message,), None)

    def ring_again(self) -> None:
        """Ring as often as it failed before: a claimed batch would wait until its lease ends."""
        for _ in range(len(self._lost)):
            self._ring(*self._lost.popleft())

    def close(self) -> None:
        """Close the connection to the broker."""
        with self._lock:
            self._hang_up()

    def _ring(self, task: str, args: tuple[str | int, ...], task_id: str | None) -> None:
        with self._lock:
            try:
                self._send(task, args, task_id)
            except self._failures as error:
                log.warning("doorbell lost", extra={"task": task, "error": type(error).__name__})
                self._lost.append((task, args, task_id))
                self._hang_up()

    def _send(self, task: str, args: tuple[str | int, ...], task_id: str | None) -> None:
        if self._producer is None:
            self._producer = self._app.amqp.Producer(self._app.connection_for_write())
        options = {"retry": False, "ignore_result": True, "result_cls": Sent, "add_to_parent": False}
        self._app.send_task(task, args, task_id=task_id, producer=self._producer, **options)

    def _hang_up(self) -> None:
        if self._producer is not None:
            producer, self._producer = self._producer, None
            with suppress(*self._failures):
                producer.connection.close()


class Sent:
    """A message that was sent; in place of Celery's own, the first of which loads a store of results."""

    ignored = True

    def __init__(self, task_id: str) -> None:
        self.id = task_id
