"""Body slots: at most half of a process's threads read bodies at a time; the rest answer other requests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, current_app, request

from pipeline.web.closing import close_after
from pipeline.web.problems import Problem

BUSY_RETRY = "1"  # seconds


class BodySlots:
    """Slots of one process; a request that reads a body holds one."""

    def __init__(self, threads: int) -> None:
        self._slots = threading.BoundedSemaphore(max(1, threads // 2))

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a slot; raises Problem if all are taken."""
        if not self._slots.acquire(blocking=False):
            close_after(request.environ)
            raise Problem(
                "busy", "Too many bodies come in at a time: send it again.", {"Retry-After": BUSY_RETRY}
            )
        try:
            yield
        finally:
            self._slots.release()


def install(app: Flask, threads: int) -> None:
    """Give ``app`` its slots."""
    app.extensions["body_slots"] = BodySlots(threads)


def body_slots() -> BodySlots:
    """Return the slots of this process."""
    found: BodySlots = current_app.extensions["body_slots"]
    return found
