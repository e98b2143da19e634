"""``python -m emulators.responsys``: serve until a signal ends it."""

import contextlib
import os
import signal
import socket
import sys
from typing import NoReturn

import uvicorn

from emulators.responsys.account.members import Members
from emulators.responsys.server import options
from emulators.responsys.server.app import App
from emulators.responsys.server.wire import ClosableProtocol
from emulators.responsys.state.emulator import Emulator

IDLE = 65  # seconds until an unused connection is closed
WELCOME = """\
responsys emulator on {url}

Point a connector at it, in the place of the one of this name in README.md:

    [connectors.acme]
    kind = "responsys"
    name = "Local Responsys"
    username = "{user}"
    password = "{password}"
    auth_endpoint = "{url}"
    profile_list = "{list}"
    list_folder = "{folder}"

Events: {events}. Campaigns: {campaigns}. Members: {members}.
What was received: {url}/_control/summary and {url}/_control/ledger?detail=1
"""


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


def main() -> None:
    """Run the emulator."""
    arguments = options.parse_options()
    emulator = Emulator(arguments.accounts, options.behaviour_of(arguments), arguments.random_seed)
    listener = open_port(arguments.host, arguments.port)
    config = uvicorn.Config(
        App(emulator),
        http=ClosableProtocol,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        lifespan="off",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=1,  # second, for clients that connected at the very last
        proxy_headers=False,
    )
    host, port = listener.getsockname()[:2]
    signal.signal(signal.SIGTERM, end_process)
    with contextlib.suppress(KeyboardInterrupt):
        EmulatorServer(config, welcome_text(emulator, f"http://{host}:{port}")).run(sockets=[listener])


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


def welcome_text(emulator: Emulator, url: str) -> str:
    """Return the first text that is printed: how to use the emulator."""
    account = next(iter(emulator.accounts.values()))
    user, password = next(iter(account.users.items()))
    profile_list = next(iter(account.lists.values()))
    return WELCOME.format(
        url=url,
        user=user,
        password=password,
        list=profile_list.name,
        folder=profile_list.folder,
        events=", ".join(sorted(account.events)) or "none",
        campaigns=", ".join(account.campaigns) or "none",
        members=members_text(profile_list.members),
    )


def members_text(members: Members) -> str:
    """Return the number of members, with the address of one for a first try."""
    if members.any_recipient:
        return "anybody"
    rows = (members.full_row(riid) or {} for riid in members.riids())
    address = next((row["EMAIL_ADDRESS_"] for row in rows if row.get("EMAIL_ADDRESS_")), None)
    return f"{len(members):,}, such as {address}" if address else f"{len(members):,}"


if __name__ == "__main__":
    main()
