"""A server in the place of Redis that answers every command with one error, as one in a fail-over does."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Answer(socketserver.BaseRequestHandler):
    """One connection."""

    def handle(self) -> None:
        """Answer whatever comes until the client hangs up."""
        server: Refuser = self.server  # type: ignore[assignment]
        try:
            while self.request.recv(65536):
                self.request.sendall(server.refusal)
        except OSError:
            return


class Refuser(socketserver.ThreadingTCPServer):
    """Listens where Redis did."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, refusal: str) -> None:
        super().__init__(("127.0.0.1", port), Answer)
        self.refusal = f"-{refusal}\r\n".encode()


@contextmanager
def refusing(port: int, refusal: str) -> Iterator[None]:
    """Refuse everything at a port that is free."""
    with Refuser(port, refusal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
