"""Processes of ours that are started together and stopped together, and none of which is left behind."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Self, TypeAlias

from pipeline.stores.embedded_process import launched_by

PATIENCE = 8.0  # seconds to end when told to; a worker's own grace is 2
POLL = 0.05  # seconds
# Nothing is lost when these are killed; Flower, told to leave while Redis is away, may wait for ever.
IDLE = {"flower"}

Process: TypeAlias = "subprocess.Popen[bytes]"


class ProcessGroup:
    """Starts processes, each at the head of a group of its own, so that Ctrl-C reaches only us.

    Leaving the context stops them all, with whatever they started. When we are killed they end too (on
    Linux), provided that the main thread started them.
    """

    def __init__(self) -> None:
        self._members: dict[str, Process] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path, output: int | IO[bytes]
    ) -> Process:
        """Start ``command``, which begins with a path, with nothing but ``env`` as its environment."""
        process = subprocess.Popen(  # noqa: S603  all of it is ours
            launched_by(os.getpid(), command, signal.SIGKILL if name in IDLE else signal.SIGTERM),
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._members[name] = process
        return process

    def ended(self) -> str | None:
        """Name one that has ended; None while all are running."""
        return next((name for name, process in self._members.items() if process.poll() is not None), None)

    def take_ended(self) -> dict[str, int]:
        """Return the exit codes of those that have ended, and let go of them with whatever they started."""
        codes = {name: code for name, each in self._members.items() if (code := each.poll()) is not None}
        for name in codes:
            signal_group(self._members.pop(name), signal.SIGKILL)
        return codes

    def stop(self) -> None:
        """Tell all to end, and kill each that runs on for ``PATIENCE`` seconds."""
        for process in self._members.values():
            signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while self._running() and time.monotonic() < deadline:
            time.sleep(POLL)
        for process in self._members.values():
            signal_group(process, signal.SIGKILL)
            process.wait()
        self._members.clear()

    def _running(self) -> bool:
        return any(process.poll() is None for process in self._members.values())


def signal_group(process: Process, number: int) -> None:
    """Send a signal to a process and to those that it started, as far as there are any."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
