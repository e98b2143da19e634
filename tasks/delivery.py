"""Batches on their way out."""

import time

from celery.exceptions import Retry

from pipeline.lanes.batch import ClaimedBatch
from pipeline.runtime.worker import runtime
from tasks.app import app
from tasks.events import shown_as_task

MAX_SECONDS = 1.0  # after which a task begins with no other batch


class Again(Retry):
    """The batch waits for another try."""

    def __repr__(self) -> str:
        """Return the reason, for Flower."""
        return str(self.message)


@app.task
def deliver(batch: str, attempt: int) -> str:
    """Deliver one batch; RETRY in Flower when it waits for another try, which has the same task id.

    Retry is raised without a message being sent: the batch lies in Redis, and dispatch rings again.
    """
    report = runtime().delivery.deliver(batch, attempt, next_quota=runtime().dispatch.random_quota())
    go_on(report.following)
    if report.again:
        raise Again(report.text)
    return report.text


def go_on(claimed: ClaimedBatch | None = None) -> None:
    """Deliver batches that are due next in this task, which spares them the way through the queue.

    Flower is shown the tasks that those batches would have been.
    """
    dispatch, until = runtime().dispatch, time.monotonic() + MAX_SECONDS
    claimed = upcoming(claimed)
    while claimed is not None and time.monotonic() < until:
        following = None
        with shown_as_task(deliver.name, claimed.batch, claimed.attempt) as ended:
            report = runtime().delivery.deliver(*claimed[:2], claimed.contents, dispatch.random_quota())
            following = report.following
            ended(report)
        claimed = upcoming(following)
    if claimed is not None:
        runtime().doorbell.ring_deliver(claimed.batch, claimed.attempt)


def upcoming(claimed: ClaimedBatch | None) -> ClaimedBatch | None:
    """Return the batch to go on with: a worker that stops takes no other, and gives this one back."""
    return claimed if runtime().stopping.is_set() else runtime().dispatch.next_after(claimed)


@app.task
def poll(connector: str) -> str:
    """Ask for the answers of a connector's asynchronous calls, and go on with those batches."""
    summary = runtime().polling.poll(connector)
    go_on()
    return summary


@app.task
def read_limits(connector: str) -> str:
    """Ask an account for its limits, and remember the answer for a day."""
    return runtime().read_limits(connector)
