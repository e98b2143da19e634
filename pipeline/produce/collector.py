"""Collector: single activations wait a moment, so that many share one append.

One lock guards the open chunk and another one the sending, so chunks go out in the order in which they were
opened while other threads go on adding. The thread that fills a chunk sends it: a thread that produces faster
than Redis takes is thereby held back.
"""

import os
import threading

from pipeline.model.activation import Activation
from pipeline.produce.appender import Appender, AppendFailed
from pipeline.produce.chunk import Chunk


class Collector:
    """Holds activations for ``linger`` seconds, or until a chunk is full, then appends them."""

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
        """Number of activations that may not be in the intake yet."""
        with self._lock:
            return sum(len(chunk.ids) for chunk in (self._open, self._sent) if chunk)

    def add(self, activation: Activation) -> str:
        """Hold an activation and return its id.

        Raises AppendFailed when activations that were held before could not be appended. This one is then
        held only if its id is among those of the error.
        """
        self._forget_the_parents()
        with self._lock:
            self._raise_failed()
            if self._closing.is_set():
                raise RuntimeError("the producer is closed")
            chunk = self._open = self._open or self._appender.new_chunk()
            identity = chunk.add(activation)
            full = chunk.full
            self._wake()
        if full:
            with self._sending:
                self._send()
        return identity

    def flush(self) -> None:
        """Append all that is held; raises AppendFailed, also for an append that failed in the background."""
        self._forget_the_parents()
        with self._sending:
            self._send()
        with self._lock:
            self._raise_failed()

    def close(self) -> None:
        """Append all that is held, then take no more; raises AppendFailed like ``flush``."""
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
        """Begin anew in a forked child: the held activations and the thread are the parent's."""
        if self._process != os.getpid():
            self._begin()
