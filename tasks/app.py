"""The Celery application: ``celery -A tasks worker -P threads -Q activations,deliveries``."""

import gc
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_ready

from pipeline.logs import configure_logging
from pipeline.runtime.worker import runtime
from pipeline.settings import Settings
from pipeline.stores.broker import celery_settings
from tasks.events import Stage
from tasks.timer import Leases, Timer
from tasks.transport import install

install()
app = Celery(
    "tasks",
    include=["tasks.activation", "tasks.delivery", "tasks.sync", "tasks.shutdown"],
    events="tasks.events:Events",
    task_cls="tasks.requests:DiscreetTask",
)
app.steps["worker"].add(Stage)
app.steps["worker"].add(Timer)
app.steps["worker"].add(Leases)


def configuration() -> dict[str, Any]:
    """Configure Celery; called when somebody first asks, not when this is imported."""
    return celery_settings(runtime().broker_url)


app.add_defaults(configuration)


@worker_ready.connect
def on_worker_ready(**_: Any) -> None:
    """Let the collector look at what a batch leaves, and not at the program again and again.

    A batch is some thousand objects and no cycles: at Python's thresholds a fifth of the time went there.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@setup_logging.connect
def on_setup_logging(**_: Any) -> None:
    """Log our way; that there is a receiver keeps Celery from its own."""
    configure_logging(Settings.load())
