"""What workers tell of their tasks: to Flower, to whoever asks them, to whoever listens to events."""

from typing import Any

from celery import Task
from celery.worker.request import Request

from pipeline.errors import CallError


class Discreet(Request):
    """A request of whose failure only the name is told: the texts of exceptions quote values."""

    def on_failure(self, exc_info: Any, *args: Any, **options: Any) -> Any:
        """Remember what it was, while Celery writes it down."""
        self._failed = exc_info.exception
        return super().on_failure(exc_info, *args, **options)

    def send_event(self, type: str, **fields: Any) -> None:  # noqa: A002 - Celery's name
        """Send an event."""
        if type == "task-failed":
            error = getattr(self._failed, "exc", self._failed)
            code = f": {error.code}" if isinstance(error, CallError) else ""
            fields = {**fields, "exception": error.__class__.__name__ + code, "traceback": ""}
        super().send_event(type, **fields)


class Private(Discreet):
    """A request whose arguments are shown to nobody: they are a customer's data."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._argsrepr = "(an activation)"
        self._kwargsrepr = "{}"

    def info(self, safe: bool = False) -> Any:
        """Answer who asks what is under way, or waits for its time."""
        return super().info(safe=True)


class DiscreetTask(Task):
    """A task as they all are."""

    Request = Discreet


class PrivateTask(DiscreetTask):
    """A task whose messages carry an activation."""

    Request = Private
