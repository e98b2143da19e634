"""``python -m emulators.responsys``: listen until told to stop."""

import contextlib
import signal
import socket
import sys
from typing import NoReturn

import uvicorn

from emulators.responsys import options
from emulators.responsys.app import App
from emulators.responsys.emulator import Emulator
from emulators.responsys.wire import Protocol

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

Events: {events}. Members: {members}.
What was received: {url}/_control/summary and {url}/_control/ledger?detail=1
"""


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
        timeout_graceful_shutdown=1,
    )
    host, port = listener.getsockname()[:2]
    print(welcome(emulator, f"http://{host}:{port}"), flush=True)  # noqa: T201
    signal.signal(signal.SIGTERM, leave)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])


def leave(*_: object) -> NoReturn:
    """End quietly when told to."""
    raise SystemExit(0)


def listen(host: str, port: int) -> socket.socket:
    """Open the port; who connects from now on is served as soon as the server runs."""
    try:
        return socket.create_server((host, port), backlog=512)
    except OSError as error:
        sys.exit(f"cannot listen on {host}:{port}: {error.strerror}. Choose another one with --port")


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
        events=", ".join(sorted(account.events)),
        members="anybody" if profile_list.members.anyone else f"{len(profile_list.members):,}",
    )


if __name__ == "__main__":
    main()
