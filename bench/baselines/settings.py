"""What all baselines share: a Celery app and one login per process."""

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
    if os.environ.get("BENCH_CAREFUL"):
        be_careful(app)
    return app


def be_careful(app: Celery) -> None:
    """Set what there is against losing messages: late acknowledgement, and a soon return of what was not.

    Without the last line a worker that is killed at the wrong moment delays that return by five minutes.
    """
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=app.conf.worker_prefetch_multiplier or 100,
        broker_transport_options={"visibility_timeout": 30, "unacked_mutex_expire": 10},
    )


@cache
def responsys() -> Responsys:
    """Log this process in."""
    return Responsys(os.environ["BENCH_RESPONSYS_URL"], EVENT)
