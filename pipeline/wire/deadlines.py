"""Deadlines: a call ends in time, however slowly its bytes come.

The time-outs of requests are for connecting and between two bytes, so a server that sends a byte now and
then holds a thread for hours. One thread of the process knows the connections in use and when their calls
must have ended. It shuts down a connection that is still in use then; the call ends with a ``CallTimeout``.
"""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from typing import Protocol

from urllib3.exceptions import HTTPError


class CallTimeout(TimeoutError):
    """The call took longer than ``ACTIVATION_CALL_TIMEOUT``."""


@dataclass(eq=False)
class Deadline:
    """The moment by which one thread's call must have ended, by ``time.monotonic``."""

    ends: float
    cut: bool = False  # the connection was shut down


class OfThread(threading.local):
    """The deadline of this thread's call."""

    deadline: Deadline | None = None


class Cuttable(Protocol):
    """A connection."""

    used: float  # when its last request ended, by ``time.monotonic``

    def cut(self) -> None:
        """End it under the thread that uses it."""


class DeadlineWatch:
    """Knows the connections in use and shuts down those that are late."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._in_use: dict[Deadline, Cuttable] = {}
        self._next_look = math.inf  # time.monotonic
        self._thread: threading.Thread | None = None

    def begin(self, connection: Cuttable) -> None:
        """Note that this thread's call uses ``connection``; raise CallTimeout if it is late already."""
        deadline = _thread.deadline
        if deadline is None:
            return
        if time.monotonic() >= deadline.ends:
            raise CallTimeout
        with self._changed:
            self._in_use[deadline] = connection
            if deadline.ends < self._next_look:
                self._next_look = deadline.ends
                self._changed.notify()
            if self._thread is None or not self._thread.is_alive():  # or this is after a fork
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()

    @contextmanager
    def request(self) -> Iterator[None]:
        """Hold one request to the deadline of this thread's call; a cut connection ends with CallTimeout.

        When it has ended, its connection is idle.
        """
        outer = _thread.deadline
        deadline = _thread.deadline = outer or Deadline(math.inf)
        try:
            yield
        except (OSError, HTTPException, HTTPError):
            if deadline.cut:
                raise CallTimeout from None
            raise
        finally:
            _thread.deadline = outer
            with self._changed:
                connection = self._in_use.pop(deadline, None)
            if connection is not None:
                connection.used = time.monotonic()
        if deadline.cut:
            raise CallTimeout  # the answer has no length and seemed to have ended

    def _run(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for deadline in [each for each in self._in_use if each.ends <= now]:
                    deadline.cut = True
                    self._in_use.pop(deadline).cut()
                self._next_look = min((each.ends for each in self._in_use), default=math.inf)
                wait = self._next_look - time.monotonic()
                self._changed.wait(None if wait == math.inf else max(wait, 0))


WATCH = DeadlineWatch()
_thread = OfThread()


@contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """Give the calls in the block ``seconds`` in all, or less if a block around it says so."""
    outer = _thread.deadline
    ends = time.monotonic() + seconds
    deadline = _thread.deadline = Deadline(ends if outer is None else min(ends, outer.ends))
    try:
        yield deadline
    finally:
        _thread.deadline = outer
