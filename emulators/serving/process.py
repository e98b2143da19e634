"""The process of an emulator: one port on this machine, a welcome, and an end on a signal."""

import contextlib
import os
import signal
import socket
import sys
from typing import Any, NoReturn

import uvicorn

from emulators.serving.wire import ClosableProtocol

IDLE = 65  # seconds until an unused connection is closed


class EmulatorServer(uvicorn.Server):
    """Prints a welcome as soon as it serves, and ends at once when it is told to."""

    def __init__(self, config: uvicorn.Config, welcome: str) -> None:
        super().__init__(config)
        self.welcome = welcome

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve, then print the welcome."""
        await super().startup(sockets)
        print(self.welcome, flush=True)  # noqa: T201

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close all connections, also the ones that wait for an answer that was never to come."""
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        for task in self.server_state.tasks:
            task.cancel()
        await super().shutdown(sockets)


def run_emulator(app: Any, listener: socket.socket, welcome: str, *, adds_date: bool = False) -> None:
    """Serve ``app``, which may write the Date header itself, until a signal ends it."""
    config = uvicorn.Config(
        app,
        http=ClosableProtocol,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        lifespan="off",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=not adds_date,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=1,  # second, for clients that connected at the very last
        proxy_headers=False,
    )
    signal.signal(signal.SIGTERM, end_process)
    with contextlib.suppress(KeyboardInterrupt):
        EmulatorServer(config, welcome).run(sockets=[listener])


def url_of(listener: socket.socket) -> str:
    """Return the address that a listener serves."""
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"


def end_process(*_: object) -> NoReturn:
    """End without a traceback."""
    raise SystemExit(0)


def open_port(host: str, port: int) -> socket.socket:
    """Open the port, or exit with the reason in one line."""
    try:
        return socket.create_server((host, port), backlog=512)
    except OSError as error:
        sys.exit(
            f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}. Choose another one with --port"
        )
