"""The Celery application: ``celery -A tasks worker -P threads -Q activations,deliveries``."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import Celery
from celery.signals import celeryd_after_setup, setup_logging, worker_ready

from pipeline.errors import Misconfigured
from pipeline.logs import configure_logging
from pipeline.runtime.worker import runtime
from pipeline.settings import Settings
from pipeline.stores.broker import DEFAULT_QUEUE, celery_settings
from tasks.events import WorkerReference
from tasks.reconnected import Reconnected
from tasks.timer import AlertWatch, Leases, Timer
from tasks.transport import install

install()
app = Celery(
    "tasks",
    include=["tasks.activation", "tasks.delivery", "tasks.sync", "tasks.imports", "tasks.shutdown"],
    amqp="tasks.connection:AMQP",
    events="tasks.dispatcher:Events",
    task_cls="tasks.requests:TaskWithoutErrorText",
)
app.steps["worker"].add(WorkerReference)
app.steps["worker"].add(Timer)
app.steps["worker"].add(Leases)
app.steps["worker"].add(AlertWatch)
app.steps["consumer"].add(Reconnected)


def configuration() -> dict[str, Any]:
    """Return Celery's settings; called when the first of them is read, not when this is imported."""
    with one_line_for_misconfigured():
        return {**celery_settings(runtime().broker_url), "worker_consumer": "tasks.consumer:Consumer"}


app.add_defaults(configuration)


@celeryd_after_setup.connect
def on_queues_chosen(instance: Any = None, **_: Any) -> None:
    """Take Celery's default queue, too, if this worker takes activations: a producer may name no queue."""
    queues = instance.app.amqp.queues
    if "activations" in queues.consume_from:
        queues.select_add(DEFAULT_QUEUE, exchange=DEFAULT_QUEUE, routing_key=DEFAULT_QUEUE)


@worker_ready.connect
def on_worker_ready(**_: Any) -> None:
    """Keep the program's own objects out of garbage collections.

    A batch is some thousand objects and no cycles: at Python's thresholds a fifth of the time went there.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@setup_logging.connect
def on_setup_logging(**_: Any) -> None:
    """Configure logging; because the signal has a receiver, Celery does not."""
    with one_line_for_misconfigured():
        configure_logging(Settings.load())


@contextmanager
def one_line_for_misconfigured() -> Iterator[None]:
    """End the process as commands do when the environment is wrong: one line, exit code 2."""
    try:
        yield
    except Misconfigured as error:
        sys.stderr.write(f"Error: {error}\n")
        raise SystemExit(2) from None
