"""Tell workers that there is something to do: Celery messages that carry an id and nothing else.

A doorbell may be lost, doubled or late: the stores hold the work, and every worker's timer looks
once a second.
"""

import logging
from collections import deque

import redis

from pipeline.stores.broker import connect
from pipeline.stores.doorbell_message import message, queue_of

Ring = tuple[str, tuple[str | int, ...], str | None]  # task, arguments, task id

log = logging.getLogger(__name__)

# For many shards at once: a worker that accepts one goes on to more, and a ring costs as much as 100 rows.
RINGS = 4
MOST_LOST = 1_000  # rings that are kept for later


class Doorbell:
    """Rings for work by the names of tasks; threads may share it."""

    def __init__(self, broker_url: str) -> None:
        self._client = connect(broker_url)
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
        self._client.close()

    def _ring(self, task: str, args: tuple[str | int, ...], task_id: str | None) -> None:
        try:
            self._client.lpush(queue_of(task), message(task, args, task_id))
        except (redis.RedisError, OSError) as error:
            log.warning("doorbell lost", extra={"task": task, "error": type(error).__name__})
            self._lost.append((task, args, task_id))
