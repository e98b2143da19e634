"""Collect single activations for a moment, so that many share one append.

One lock guards the open chunk and one the sending, so chunks go out in the order in which they were opened
while others go on adding. Whoever fills a chunk sends it: that holds back who is faster than Redis.
"""

import os
import threading

from pipeline.model.activation import Activation
from pipeline.produce.appender import Appender, AppendFailed
from pipeline.produce.chunk import Chunk


class Collector:
    """Holds activations for at most ``linger`` seconds, or until there are 500, then appends them."""

    def __init__(self, appender: Appender, linger: float) -> None:
        self._appender = appender
        self._linger = linger
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._open: Chunk | None = None
        self._sent: Chunk | None = None
        self._failed: AppendFailed | None = None
        self._opened = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def held(self) -> int:
        """How many activations are not yet known to be in the intake."""
        with self._lock:
            return sum(len(chunk.ids) for chunk in (self._open, self._sent) if chunk)

    def add(self, activation: Activation) -> str:
        """Hold an activation and return its id.

        Raises AppendFailed when activations failed that were held: when this one is not among its ids, it
        has not been taken.
        """
        self._forget_the_parents()
        with self._lock:
            self._raise_failed()
            if self._closing.is_set():
                raise RuntimeError("the producer is closed")
            chunk = self._open = self._open or self._appender.open()
            identity = chunk.add(activation)
            full = chunk.full
            self._wake()
        if full:
            with self._sending:
                self._send()
        return identity

    def flush(self) -> None:
        """Append what is held; raises AppendFailed, also for what failed in the background."""
        self._forget_the_parents()
        with self._sending:
            self._send()
        with self._lock:
            self._raise_failed()

    def close(self) -> None:
        """Append what is held and stop; raises AppendFailed like ``flush``."""
        self._closing.set()
        self._opened.set()
        self.flush()

    def _send(self) -> None:
        with self._lock:
            chunk, self._open = self._open, None
            self._sent = chunk
        if not chunk:
            return
        try:
            shards = self._appender.append_chunk(chunk)
        finally:
            self._sent = None
        self._appender.ring(shards)

    def _raise_failed(self) -> None:
        failed, self._failed = self._failed, None
        if failed:
            raise failed

    def _wake(self) -> None:
        self._opened.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="activation linger", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._opened.wait()
            self._closing.wait(self._linger)
            self._opened.clear()
            with self._sending:
                try:
                    self._send()
                except AppendFailed as error:
                    self._remember(error)

    def _remember(self, error: AppendFailed) -> None:
        with self._lock:
            before = self._failed.activations if self._failed else []
            self._failed = AppendFailed([*before, *error.activations], error.why)

    def _forget_the_parents(self) -> None:
        """After a fork, what is held belongs to the parent, and its thread stayed there."""
        if self._process != os.getpid():
            self._begin()
