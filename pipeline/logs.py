"""Log lines: an event name and its fields, as text or as JSON. Never a customer's data, never a secret.

So the log lines of libraries are filtered: at DEBUG they repeat whole messages, and exceptions quote values.
"""

import json
import logging
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

from pipeline.settings import Settings
from pipeline.text.tracebacks import traced

OURS = ("pipeline", "tasks")

PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "data"}


def configure_logging(settings: Settings) -> None:
    """Log to standard error in the configured level and format."""
    handler = Handler(sys.stderr)
    handler.addFilter(fit)
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for noisy in ("urllib3", "alembic", "asyncssh", "celery.redirected"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    threading.excepthook = of_thread
    sys.excepthook = of_process


def fit(record: logging.LogRecord) -> bool:
    """Refuse DEBUG lines of libraries, and cut Celery's lines about messages and exceptions."""
    if record.name == "celery.worker.consumer.consumer":  # all of a message that it cannot take follows
        record.msg = record.getMessage().partition("\n")[0].partition(" [type:")[0]
        record.args = None
    elif isinstance(record.args, Mapping) and "exc" in record.args and record.levelno >= logging.WARNING:
        record.args = {**record.args, "exc": str(record.args["exc"]).partition("(")[0], "traceback": ""}
    return record.levelno >= logging.INFO or record.name.partition(".")[0] in OURS


def of_thread(args: threading.ExceptHookArgs) -> None:
    """Log the exception that ended a thread."""
    if args.exc_value is not None and args.exc_type is not SystemExit:
        logging.getLogger(__name__).critical("thread ended", exc_info=args.exc_value)


def of_process(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log the exception that ended the process."""
    logging.getLogger(__name__).critical("process ended", exc_info=(kind, error, trace))


def fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return the fields that the caller gave as ``extra``."""
    return {name: value for name, value in record.__dict__.items() if name not in PLAIN}


class Handler(logging.StreamHandler[TextIO]):
    """Names only the logger of a line that cannot be written: Python would repeat its arguments."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Tell, if that can be told."""
        kind = sys.exc_info()[0]
        with suppress(OSError, ValueError):
            name = kind.__name__ if kind else "?"
            self.stream.write(f"a line of {record.name} could not be written: {name}\n")


class Formatter(logging.Formatter):
    """Writes exceptions without the values in their texts."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        """Write where it comes from, and its name."""
        return traced(ei[1]) if ei[1] is not None else ""


class TextFormatter(Formatter):
    """``12:00:00 INFO pipeline.deliver: batch settled batch=7f3c rows=200``."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """Put the fields after the event."""
        shown = "".join(f" {name}={value}" for name, value in fields(record).items())
        return super().formatMessage(record) + shown


class JsonFormatter(Formatter):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write time, level, logger, event and fields."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
            **fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
