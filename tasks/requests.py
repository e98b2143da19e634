"""Tasks as workers show them to Flower, to `celery inspect` and in events: without a customer's data.

Celery shows the arguments of a task and the texts of its errors. It lets the caller hide arguments
(``argsrepr``), but ``tasks.activation.activate`` has callers that we do not write. There is no report to wait
for; this file reaches into ``Request._argsrepr``, ``_kwargsrepr``, ``on_failure`` and ``send_event``.
"""

from typing import Any

from celery import Task
from celery.worker.request import Request

from pipeline.errors import CallError
from tasks.arguments import check_arguments

CHECKED_WITH = {"celery": "5.6.3"}


class RequestWithoutErrorText(Request):
    """A request that shows of a failure only the error's name: the text may quote values."""

    def on_failure(self, exc_info: Any, *args: Any, **options: Any) -> Any:
        """Remember the error for the event that Celery sends next."""
        self._failed = exc_info.exception
        return super().on_failure(exc_info, *args, **options)

    def send_event(self, type: str, **fields: Any) -> None:  # noqa: A002 - Celery's name
        """Send an event."""
        if type == "task-failed":
            error = getattr(self._failed, "exc", self._failed)
            code = f": {error.code}" if isinstance(error, CallError) else ""
            fields = {**fields, "exception": error.__class__.__name__ + code, "traceback": ""}
        super().send_event(type, **fields)


class RequestWithoutArguments(RequestWithoutErrorText):
    """A request that does not show its arguments: they are a customer's data."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._argsrepr = "(an activation)"
        self._kwargsrepr = "{}"

    def info(self, safe: bool = False) -> Any:
        """Describe the request for `celery inspect`."""
        return super().info(safe=True)


class TaskWithoutErrorText(Task):
    """The class of all tasks."""

    Request = RequestWithoutErrorText

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task if its arguments fit."""
        check_arguments(self, args, kwargs)
        return self.run(*args, **kwargs)


class TaskWithoutArguments(TaskWithoutErrorText):
    """A task with an activation in its messages."""

    Request = RequestWithoutArguments
