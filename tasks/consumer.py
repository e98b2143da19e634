"""Messages that no task can run do not end a worker, and are shown nowhere: celery#7975.

celery 5.6.3 lets a header of an unexpected type end the worker, and logs the body of a message that it cannot
run. Here such a message is set aside and counted. This file can go with a version that survives
tests/tasks/test_consumer.py without it, and logs no bodies. It needs ``create_task_handler`` and the four
``on_…`` methods of the consumer.
"""

import logging
from collections.abc import Callable
from typing import Any

from celery.worker.consumer import Consumer as CeleryConsumer
from kombu.exceptions import ContentDisallowed, DecodeError

from pipeline.accept.strays import decoded
from pipeline.runtime.worker import runtime
from tasks.envelopes import OF_MESSAGE

CHECKED_WITH = {"celery": "5.6.3"}

log = logging.getLogger(__name__)

EMBEDDED = ("callbacks", "errbacks", "chain", "chord")  # further names would replace attributes of a request
# Headers that Celery uses without checking their type, with the type that it expects.
HEADERS = {
    "task": str,
    "retries": int,
    "shadow": str,
    "timelimit": list,
    "stamped_headers": list,
    "stamps": dict,
}


class Consumer(CeleryConsumer):
    """Fetches messages; a message that no task can run is set aside."""

    def create_task_handler(self, *args: Any, **options: Any) -> Callable[[Any], Any]:
        """Return the function that Celery calls with each message."""
        handle = super().create_task_handler(*args, **options)

        def on_task_received(message: Any) -> Any:
            try:
                check_form(message)
                return handle(message)
            except self.connection_errors + self.channel_errors:
                raise
            except (*OF_MESSAGE, DecodeError, ContentDisallowed) as error:
                return self.set_aside(kind_of(error), message)

        return on_task_received

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """Set aside a message with a body that cannot be decoded."""
        self.set_aside(kind_of(exc), message)

    def on_unknown_message(self, body: Any, message: Any) -> None:
        """Set aside a message that names no task."""
        self.set_aside("unreadable", message)

    def on_unknown_task(self, body: Any, message: Any, exc: Exception) -> None:
        """Set aside a message for a task that does not exist; Flower is shown that it failed."""
        self.set_aside("unknown_task", message)
        task_id = message.headers.get("id")
        if self.event_dispatcher and isinstance(task_id, str):
            self.event_dispatcher.send("task-failed", uuid=task_id, exception="NotRegistered")

    def on_invalid_task(self, body: Any, message: Any, exc: Exception) -> None:
        """Set aside a message with arguments, or times, of another form than Celery's."""
        kind = "other_serializer" if isinstance(exc, ContentDisallowed) else "wrong_arguments"
        self.set_aside(kind, message)

    def set_aside(self, kind: str, message: Any) -> None:
        """Count a message, keep the activation in it, and take it off its queue."""
        identity = message.headers.get("id") or message.delivery_tag
        runtime().strays.set_aside(kind, identity, decoded(message.body, message.content_type))
        log.error("message set aside", extra={"kind": kind})
        message.ack_log_error(log, self.connection_errors)


def check_form(message: Any) -> None:
    """Raise ValueError if a message is not of the form of Celery's protocol, 2 or 1.

    Celery finds that out in the thread of the task, where it ends nothing but the acknowledgement: the worker
    would wait for that message for ever, and with a few of them for all.
    """
    payload, headers = message.payload, message.headers
    if isinstance(payload, dict) and ("args" in payload or "task" not in headers):
        args, kwargs, embed = payload.get("args", []), payload.get("kwargs", {}), {}
    else:
        args, kwargs, embed = payload if isinstance(payload, list) else ()
    task_id = headers.get("id") if "task" in headers else payload.get("id")
    fits = (
        isinstance(args, list)
        and isinstance(kwargs, dict)
        and all(name in EMBEDDED and is_signatures(value) for name, value in (embed or {}).items())
        and isinstance(task_id, str)
        and all(isinstance(headers.get(name) or kind(), kind) for name, kind in HEADERS.items())
    )
    if not fits:
        raise ValueError


def is_signatures(value: Any) -> bool:
    """Tell whether Celery can embed a value: nothing, a signature, or a list of signatures."""
    signatures = value if isinstance(value, list) else [value] if value else []
    return all(isinstance(one, dict) and "task" in one for one in signatures)


def kind_of(error: Exception) -> str:
    """Name the kind of a message by the error that reading it raised."""
    return "other_serializer" if isinstance(error, ContentDisallowed) else "unreadable"
