"""The worker of gunicorn: threads that wait for the head of a request no longer than some seconds.

Without that a client that sends half of a head would hold a thread for as long as it likes.

While connections are no more than threads, a thread waits a moment for the next request of its connection:
the way through gunicorn's main thread and back costs as much as a small request.
"""

import select
import socket
import time
from contextlib import suppress
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

NEXT_REQUEST_PATIENCE = 5  # ms
HEAD_PATIENCE = 10.0  # seconds from a thread's first look at a connection to the end of a request's head


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Ends a connection on which no request begins in time."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._reading_heads: dict[Any, float] = {}  # connection to the time since when

    def handle(self, conn: Any) -> Any:
        """Read and answer requests, in a thread, as long as one follows the other."""
        while (kept := self._handle_one(conn)) is True and self._follows_at_once(conn):
            pass
        return kept

    def _handle_one(self, conn: Any) -> Any:
        """Read and answer one request; True if the connection is kept."""
        self._reading_heads[conn] = time.monotonic()
        try:
            return super().handle(conn)
        finally:
            self._reading_heads.pop(conn, None)

    def _follows_at_once(self, conn: Any) -> bool:
        """Whether the next request of a connection is there within a moment; False if a thread is needed."""
        if not self.alive or self.nr_conns > self.cfg.threads or conn.parser.unreader.buf.getvalue():
            return False
        readable = select.poll()
        readable.register(conn.sock, select.POLLIN)
        return bool(readable.poll(NEXT_REQUEST_PATIENCE))

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request; its head has been read."""
        self._reading_heads.pop(conn, None)
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """End connections that wait too long, as the main thread does once a second."""
        super().murder_pending()
        longest_since = time.monotonic() - HEAD_PATIENCE
        for conn, since in list(self._reading_heads.items()):
            if since < longest_since:
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR)
