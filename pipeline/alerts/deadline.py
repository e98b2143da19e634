"""A deadline for one delivery: its connection is shut down in time, however slowly bytes come."""

import os
import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self


class DeliveryDeadline:
    """Shuts the connections down that are in use when ``seconds`` have passed."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.passed = False
        self._watched: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for connection in self._watched:
                connection.close()
            self._watched.clear()

    def watch(self, connection: socket.socket) -> None:
        """Shut ``connection`` down at the deadline, also while TLS wraps it in another object."""
        twin = socket.socket(fileno=os.dup(connection.fileno()))
        with self._lock:
            self._watched.append(twin)
        if self.passed:
            self._cut()

    def _cut(self) -> None:
        self.passed = True
        with self._lock:
            for connection in self._watched:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
