"""Log lines: an event name and its fields, as text or as JSON. Never a customer's data, never a secret."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from pipeline.settings import Settings

PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "data"}


def configure_logging(settings: Settings) -> None:
    """Log to standard error in the configured level and format."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(without_message)
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for noisy in ("urllib3", "alembic", "celery.redirected"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def without_message(record: logging.LogRecord) -> bool:
    """Cut what Celery says of a message that it cannot take: all of it follows, with its activation."""
    if record.name == "celery.worker.consumer.consumer":
        record.msg = record.getMessage().partition("\n")[0].partition(" [type:")[0]
        record.args = None
    return True


def fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return what was given as ``extra``."""
    return {name: value for name, value in record.__dict__.items() if name not in PLAIN}


class TextFormatter(logging.Formatter):
    """``12:00:00 INFO pipeline.delivery: batch settled batch=7f3c rows=200``."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """Put the fields behind the event."""
        shown = "".join(f" {name}={value}" for name, value in fields(record).items())
        return super().formatMessage(record) + shown


class JsonFormatter(logging.Formatter):
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
