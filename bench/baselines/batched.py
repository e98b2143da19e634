"""One Celery message per row; each worker collects 200 of them for a call."""

from typing import Any

from celery_batches import Batches

from bench.baselines.settings import open_app, responsys

app = open_app("bench.baselines.batched", prefetch=0)  # it collects only what it may fetch


@app.task(base=Batches, flush_every=200, flush_interval=10)
def activate(requests: list[Any]) -> None:
    """Send what this worker has collected."""
    responsys().trigger([request.args[0] for request in requests])
