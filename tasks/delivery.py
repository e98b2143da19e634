"""Batches on their way out."""

from celery.exceptions import Retry

from pipeline.runtime import runtime
from tasks.app import app


class Again(Retry):
    """The batch waits for another try."""

    def __repr__(self) -> str:
        """Say why; this is what Flower shows."""
        return str(self.message)


@app.task
def deliver(batch: str, attempt: int) -> str:
    """Deliver one batch; RETRY in Flower when it waits for another try, which has the same task id.

    Retry is raised without a message being sent: the batch lies in Redis, and dispatch rings again.
    """
    report = runtime().delivery.deliver(batch, attempt)
    runtime().dispatch.run()
    if report.again:
        raise Again(report.text)
    return report.text


@app.task
def read_limits(connector: str) -> str:
    """Ask an account what it allows, and remember the answer for a day."""
    return runtime().read_limits(connector)
