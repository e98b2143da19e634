"""A web process of the program, and clients that post to it."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.emulator import wait_until
from bench.environment import Environment

KEY = "0123456789abcdef0123456789abcdef"
START = "from pipeline.cli import main; main(['web', '--address', '{address}', '--workers', '{workers}'])"
PATIENCE = 60  # seconds until it listens
TIMEOUT = 120  # seconds for an answer


@dataclass
class Web:
    """A web process and a connection for each thread of this process."""

    name: str
    address: str
    local: threading.local = field(default_factory=threading.local)

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes, Mapping[str, str]]:
        """Send a request on this thread's connection; return status, body and headers."""
        connection = self._connection()
        connection.request(method, path, body, {"Authorization": f"Bearer {KEY}", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.headers)

    def post(self, path: str, body: bytes, kind: str = "application/x-ndjson") -> dict[str, object]:
        """Post a body that is taken."""
        status, content, _ = self.send("POST", path, body, {"Content-Type": kind})
        assert status == 202, (status, content[:300])
        found: dict[str, object] = json.loads(content)
        return found

    def seconds(self, path: str, headers: Mapping[str, str] | None = None) -> float:
        """Return how long a page takes."""
        began = time.perf_counter()
        status, content, _ = self.send("GET", path, None, headers)
        assert status == 200, (path, status, content[:300])
        return time.perf_counter() - began

    def _connection(self) -> http.client.HTTPConnection:
        found: http.client.HTTPConnection | None = getattr(self.local, "connection", None)
        if found is None:
            found = self.local.connection = http.client.HTTPConnection(self.address, timeout=TIMEOUT)
            found.connect()
            found.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return found


@contextmanager
def open_web(environment: Environment, workers: int) -> Iterator[Web]:
    """Serve the environment; the process is ended in the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    name = f"web {workers}"
    command = ("-c", START.format(address=address, workers=workers))
    process = environment.processes.start(
        name, command, {**environment.env, "ACTIVATION_API_KEYS": KEY, "ACTIVATION_LOG_LEVEL": "WARNING"}
    )
    try:
        wait_until(lambda: answers(address), PATIENCE, lambda: f"{name} does not answer")
        yield Web(name, address)
    finally:
        process.terminate()
        process.wait()


def answers(address: str) -> bool:
    """Tell whether the process serves."""
    try:
        connection = http.client.HTTPConnection(address, timeout=5)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False


def in_threads(work: Sequence[bytes], threads: int, step: Callable[[bytes], object]) -> None:
    """Call ``step`` with each piece of work, in so many threads; the first error is raised."""
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(step, piece) for piece in work]:
            done.result()
