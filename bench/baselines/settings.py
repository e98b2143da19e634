"""What both baselines share: a Celery app and one login per process."""

import os
from functools import cache

from celery import Celery

from bench.baselines.responsys import Responsys
from bench.rows import EVENT


def open_app(name: str, prefetch: int) -> Celery:
    """Return an app as anybody would write it."""
    app = Celery(name, broker=os.environ["BENCH_BROKER_URL"])
    app.conf.update(
        task_ignore_result=True,
        task_default_queue="baseline",
        worker_prefetch_multiplier=prefetch,
        broker_connection_retry_on_startup=True,
    )
    return app


@cache
def responsys() -> Responsys:
    """Log this process in."""
    return Responsys(os.environ["BENCH_RESPONSYS_URL"], EVENT)
