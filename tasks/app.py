"""The Celery application: ``celery -A tasks worker -P threads -Q activations,deliveries``."""

from typing import Any

from celery import Celery
from celery.signals import setup_logging

from pipeline.broker import celery_settings
from pipeline.logs import configure_logging
from pipeline.runtime import runtime
from pipeline.settings import Settings
from tasks.events import Stage
from tasks.timer import Timer

app = Celery(
    "tasks", include=["tasks.activation", "tasks.delivery", "tasks.shutdown"], events="tasks.events:Events"
)
app.steps["worker"].add(Stage)
app.steps["worker"].add(Timer)


def configuration() -> dict[str, Any]:
    """Configure Celery; called when somebody first asks, not when this is imported."""
    return celery_settings(runtime().broker_url)


app.add_defaults(configuration)


@setup_logging.connect
def on_setup_logging(**_: Any) -> None:
    """Log our way; that there is a receiver keeps Celery from its own."""
    configure_logging(Settings.load())
