"""``python -m emulators.sftp``: serve until a signal ends it."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from datetime import UTC, datetime

import uvicorn

from emulators.serving.process import open_port, url_of
from emulators.sftp.command.clock import write_by_clock
from emulators.sftp.command.options import parse_options
from emulators.sftp.command.welcome import welcome_text, written_text
from emulators.sftp.control.api import ControlApi
from emulators.sftp.control.orders import Desk
from emulators.sftp.server.ssh import SshServer


def main() -> None:
    """Run the emulator."""
    options = parse_options()
    options.job.folder.mkdir(parents=True, exist_ok=True)
    options.keys.make()
    written = options.job.backlog(options.files, datetime.now(UTC).replace(microsecond=0))
    if options.write_only:
        print(written_text(options.job, written))  # noqa: T201
        return
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(serve(options))


async def serve(options: argparse.Namespace) -> None:
    """Serve SFTP and the control API until SIGTERM or Ctrl-C."""
    server = SshServer(options.data / "root", options.keys, options.username)
    listener = open_port(options.host, options.control_port)
    control_api = control_server(Desk(server, options.job))
    try:
        port = await server.start(options.host, options.port)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        sys.exit(f"cannot listen on {options.host}:{options.port}: {reason}. Choose another one with --port")
    task = asyncio.current_task()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    print(welcome_text(server, options, port, url_of(listener)), flush=True)  # noqa: T201
    await asyncio.gather(
        control_api.serve([listener]),
        write_by_clock(options.job, options.every),
    )


def control_server(desk: Desk) -> uvicorn.Server:
    """Return the server of the control API; signals are not its business."""
    config = uvicorn.Config(
        ControlApi(desk),
        lifespan="off",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext
    return server


if __name__ == "__main__":
    main()
