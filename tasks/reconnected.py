"""A worker that is connected to the broker again rings for the batches that may have lost their doorbell.

A message that was on its way when the connection broke comes back after two minutes, or never: kombu#305. Its
batch would wait until its lease ends.
"""

import logging
from typing import Any

from celery import bootsteps

from pipeline.runtime.worker import runtime

log = logging.getLogger(__name__)


class Reconnected(bootsteps.StartStopStep):
    """Rings whenever the consumer has been started; doorbells that ring twice do no harm."""

    requires = frozenset({"celery.worker.consumer.tasks:Tasks"})

    def start(self, parent: Any) -> None:
        """Ring for every batch that is claimed and that no worker has begun.

        A failure of any kind, such as unreadable records, must not end the worker; the timer tells it.
        """
        try:
            runtime().dispatch.ring_for_claimed()
        except Exception as error:  # noqa: BLE001 -- a step that raises ends the worker
            log.warning("claimed batches not rung for", extra={"error": type(error).__name__})
