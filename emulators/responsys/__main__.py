"""``python -m emulators.responsys``: listen until told to stop."""

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
from emulators.responsys.server.wire import Protocol
from emulators.responsys.state.emulator import Emulator

IDLE = 65  # seconds until an unused connection is closed
WELCOME = """\
responsys emulator on {url}

Point a connector at it:

    [connectors.local]
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


class Server(uvicorn.Server):
    """Says when it is ready, to serve and to be stopped."""

    def __init__(self, config: uvicorn.Config, welcome: str) -> None:
        super().__init__(config)
        self.welcome = welcome

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open for business."""
        await super().startup(sockets)
        print(self.welcome, flush=True)  # noqa: T201

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close, also on those who wait for an answer that was never to come."""
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        for task in self.server_state.tasks:
            task.cancel()
        await super().shutdown(sockets)


def main() -> None:
    """Run the emulator."""
    chosen = options.parse()
    emulator = Emulator(chosen.accounts, options.behaviour_of(chosen), chosen.random_seed)
    listener = listen(chosen.host, chosen.port)
    config = uvicorn.Config(
        App(emulator),
        http=Protocol,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        lifespan="off",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=1,  # second, for who connected at the very last
        proxy_headers=False,
    )
    host, port = listener.getsockname()[:2]
    signal.signal(signal.SIGTERM, leave)
    with contextlib.suppress(KeyboardInterrupt):
        Server(config, welcome(emulator, f"http://{host}:{port}")).run(sockets=[listener])


def leave(*_: object) -> NoReturn:
    """End quietly when told to."""
    raise SystemExit(0)


def listen(host: str, port: int) -> socket.socket:
    """Open the port, or say in one line why not."""
    try:
        return socket.create_server((host, port), backlog=512)
    except OSError as error:
        sys.exit(
            f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}. Choose another one with --port"
        )


def welcome(emulator: Emulator, url: str) -> str:
    """Tell how to use what was started."""
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
        members=described(profile_list.members),
    )


def described(members: Members) -> str:
    """Say who is on a list, by the address of one whom a first try may go to."""
    if members.anyone:
        return "anybody"
    known = (members.get(riid) or {} for riid in members.riids())
    address = next((row["EMAIL_ADDRESS_"] for row in known if row.get("EMAIL_ADDRESS_")), None)
    return f"{len(members):,}, such as {address}" if address else f"{len(members):,}"


if __name__ == "__main__":
    main()
