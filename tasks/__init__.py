"""The Celery side: queues, doorbells and the timer. A task body is one call into ``pipeline``."""

from tasks.app import app

__all__ = ["app"]
