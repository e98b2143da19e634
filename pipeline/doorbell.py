"""Tell workers that there is something to do: Celery messages that carry an id and nothing else.

A doorbell may be lost, doubled or late: the stores know what there is to do, and every worker's timer looks
once a second.
"""

import logging
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError
from kombu.pools import ProducerPool

from pipeline.broker import celery_settings

log = logging.getLogger(__name__)

CONNECTIONS = 10  # at most; threads beyond that wait for one another


class Doorbell:
    """Rings for work by the names of tasks."""

    def __init__(self, broker_url: str) -> None:
        self._app = Celery("activation", set_as_current=False)
        self._app.conf.update(celery_settings(broker_url))
        # Not the app's own pool: all who use one URL in a process share that, and to close it strands them.
        self._connections: Any = self._app.connection_for_write().Pool(CONNECTIONS)
        self._producers: Any = ProducerPool(self._connections, limit=CONNECTIONS)  # type: ignore[no-untyped-call]  # kombu is half typed

    def accept(self, shard: int) -> None:
        """Say that a shard of the intake holds entries."""
        self._ring("tasks.activation.accept", (shard,), None)

    def deliver(self, batch: str, attempt: int) -> None:
        """Say that a batch may go; the task has the batch's id, so that its tries are one task in Flower."""
        self._ring("tasks.delivery.deliver", (batch, attempt), batch)

    def read_limits(self, connector: str) -> None:
        """Say that nobody knows what the account of a connector allows."""
        self._ring("tasks.delivery.read_limits", (connector,), None)

    def close(self) -> None:
        """Close the connections to the broker."""
        self._producers.force_close_all()
        self._connections.force_close_all()
        self._app.close()

    def _ring(self, task: str, args: tuple[str | int, ...], task_id: str | None) -> None:
        try:
            with self._producers.acquire(block=True) as producer:
                self._app.send_task(
                    task, args, task_id=task_id, retry=False, ignore_result=True, producer=producer
                )
        except (OperationalError, OSError) as error:
            log.warning("doorbell lost", extra={"task": task, "error": type(error).__name__})
