"""The keeper of the embedded server: a small process that runs the server for as long as it has users.

Every user holds a shared lock on ``redis.users``; the kernel drops it when the user ends, however it ends.
The keeper waits for an exclusive lock there, and stops the server when it has it. It keeps that lock until
the server has ended: a user that comes meanwhile waits, and then starts another keeper.

| Where it stops | Consequence |
|---|---|
| a user, by any signal | its lock is gone; without another user the keeper stops the server, in order |
| a user, while it starts the server | the same |
| the server, by a signal | the keeper starts it again in the same place; users connect again |
| the server, on its own | its log says why it cannot go on, or it was told to end: the keeper ends, too |
| the keeper, killed | the kernel tells the server to end (Linux); the next user starts both again |
| the keeper, killed while it stops the server | the same: the server frees ``redis.lock`` by ending |

The server writes a change to its append-only file before it answers, so a killed server has lost nothing that
it acknowledged. The keeper has the kernel put that file on the disk every second, for when the machine dies.
With ``appendfsync everysec`` the server would do so itself, but hold changes back while the disk is busy, for
up to two seconds: a kill then loses them.

Run as a file, with the standard library alone: it starts in 10 ms and takes 10 MB.

    python -I -S embedded_keeper.py USERS-LOCK DESCRIPTOR-OF-SERVER-LOCK SERVER [ARGUMENT]...
"""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

STOP_TIMEOUT = 30  # seconds in which the server writes its last changes
RESTART_SECONDS = 0.5  # before a killed server is started again
SYNC_SECONDS = 1.0  # between two times that its append-only file is put on the disk
PR_SET_PDEATHSIG = 1


class Keeper:
    """Starts the server, and again when it is killed, until it is to stop; the server inherits ``locks``."""

    def __init__(self, command: Sequence[str], locks: Sequence[int]) -> None:
        self._command = command
        self._locks = locks
        self._die_with_keeper = death_signal()
        self._turn = threading.RLock()
        self._stopping = False
        self._server = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603  all of it is ours
            self._command,
            pass_fds=self._locks,
            restore_signals=False,  # Python ignores SIGXFSZ: at a limit of its file the server goes on
            preexec_fn=self._die_with_keeper,  # safe: the other thread only waits
        )

    def run(self) -> int:
        """Wait for the server's end; return its exit code, below 0 that of a signal."""
        while (code := self._server.wait()) < 0 and not self._stopping:
            time.sleep(RESTART_SECONDS)
            with self._turn:
                if not self._stopping:
                    self._server = self._start()
        return code

    def stop(self, *_: object) -> None:
        """Tell the server to end."""
        with self._turn:
            self._stopping = True
            self._server.terminate()

    def stop_when_unused(self, users: int) -> None:
        """Wait until no process holds the users' lock, then stop the server."""
        fcntl.flock(users, fcntl.LOCK_EX)
        self.stop()
        try:
            self._server.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._server.kill()


def keep(users: Path, command: Sequence[str], locks: Sequence[int]) -> int:
    """Run the server until it has no users; return its exit code."""
    with users.open("a") as file:
        keeper = Keeper(command, locks)
        signal.signal(signal.SIGTERM, keeper.stop)
        threading.Thread(target=keeper.stop_when_unused, args=(file.fileno(),), daemon=True).start()
        threading.Thread(target=sync_every_second, args=(users.absolute().parent,), daemon=True).start()
        return keeper.run()


def sync_every_second(folder: Path) -> None:
    """Put the server's append-only file on the disk, again and again."""
    while True:
        time.sleep(SYNC_SECONDS)
        sync(folder)


def sync(folder: Path) -> None:
    """Put the written part of the append-only file on the disk; the server may delete a part meanwhile."""
    for part in folder.glob("appendonlydir/*.incr.aof"):
        with suppress(
            OSError
        ):  # a disk that cannot write fails the server's own writes too, and that is told
            descriptor = os.open(part, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def death_signal() -> Callable[[], None]:
    """Return a function for a new process: the kernel ends it with the keeper, even a killed one.

    Only Linux has this; elsewhere the server stays, and the next user joins it.
    """
    keeper = os.getpid()
    library = ctypes.CDLL(None) if sys.platform == "linux" else None

    def ask() -> None:
        if library:
            library.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
            if os.getppid() != keeper:
                os._exit(1)

    return ask


if __name__ == "__main__":
    sys.exit(keep(Path(sys.argv[1]), sys.argv[3:], [int(sys.argv[2])]))
