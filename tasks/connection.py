"""Connections of workers to the broker, tried again every second.

Celery waits two seconds longer before each try, up to thirty, and has no setting for that: after a
fail-over of a minute its workers would stand idle for another quarter. This needs ``AMQP.Connection`` and
the arguments of ``Connection.ensure_connection``.
"""

from typing import Any

from celery.app import amqp
from kombu import Connection as KombuConnection

CHECKED_WITH = {"celery": "5.6.3", "kombu": "5.7.0"}
PAUSES = {"interval_start": 1, "interval_step": 0, "interval_max": 1}  # seconds


class Connection(KombuConnection):
    """A connection that is tried again soon."""

    def ensure_connection(self, *args: Any, **options: Any) -> Any:
        """Connect, again and again; return the connection."""
        return super().ensure_connection(*args, **{**PAUSES, **options})


class AMQP(amqp.AMQP):
    """Makes the app's connections."""

    Connection = Connection
