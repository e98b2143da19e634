"""Servers that refuse as in a fail-over: a replica without its primary, or one error for every command."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.stores.broker import connect
from tests.processes.environment import Environment

# The code with which a replica refuses, with the settings for it.
ROLES = {"READONLY": {}, "MASTERDOWN": {"replica-serve-stale-data": "no"}}
REFUSALS = {
    "LOADING": "LOADING Redis is loading the dataset in memory",
    "CLUSTERDOWN": "CLUSTERDOWN The cluster is down",
    "NOREPLICAS": "NOREPLICAS Not enough good replicas to write.",
    "NOAUTH": "NOAUTH Authentication required.",
}


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


@contextmanager
def demoted(environment: Environment, code: str) -> Iterator[None]:
    """Let the server be a replica without a primary, which refuses with ``code``."""
    settings = ROLES[code]
    admin = connect(environment.broker_url, health_check_interval=0)
    before = {name: admin.config_get(name)[name] for name in settings}
    for name, value in settings.items():
        admin.config_set(name, value)
    admin.execute_command("REPLICAOF", "127.0.0.1", "1")
    try:
        yield
    finally:
        admin.execute_command("REPLICAOF", "NO", "ONE")
        for name, value in before.items():
            admin.config_set(name, value)
        admin.close()
