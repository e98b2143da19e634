"""The embedded Redis (Valkey) server, for when none is configured.

::

    <folder>/redis.users   locked, shared, by every process that uses the server (embedded_keeper.py)
    <folder>/redis.lock    locked by the server and its keeper, so for exactly as long as they live
    <folder>/redis.conf    its configuration, with the password
    <folder>/redis.json    {"port": ..., "password": ...} of the server that runs or ran last
    <folder>/redis.log     its log
    <folder>/appendonlydir its data

All of it is for the owner's eyes only. Port and password stay the same from one start to the next where
they can, so that connected clients find the server again.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import redis

from pipeline.errors import Misconfigured
from pipeline.stores.broker import connect
from pipeline.stores.data_folder import usable
from pipeline.stores.embedded_address import Address, addresses, last_address
from pipeline.stores.embedded_process import (
    LOG,
    STOP_TIMEOUT,
    USERS,
    Process,
    last_words,
    launch,
    owner_only,
    stop,
)

START_TIMEOUT = 30  # seconds until it answers; reading a long file may take longer
POLL = 0.02  # seconds

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
appendonly yes
# Written before every answer; the keeper puts it on the disk every second (embedded_keeper.py).
appendfsync no
# A rewrite takes a core for a while; its file is read before anything else is done.
auto-aof-rewrite-min-size 256mb
rdbcompression no
save ""
maxmemory-policy noeviction
# A key that is deleted here is as small as a batch, and freed sooner than handed to the thread for that.
lazyfree-lazy-user-del no
# Flower subscribes to floods of events; the default would cut it off.
client-output-buffer-limit pubsub 256mb 128mb 60
logfile {log}
"""


@contextmanager
def open_broker(configured: str | None, folder: Path) -> Iterator[str]:
    """Give the URL of the configured server; without one, that of the embedded server of ``folder``."""
    if configured:
        yield configured
    else:
        with embedded_server(folder) as url:
            yield url


@contextmanager
def embedded_server(folder: Path) -> Iterator[str]:
    """Join the server of ``folder`` or start it, and give its URL; its last user stops it.

    Raises Misconfigured when it does not start.
    """
    with ExitStack() as opened:
        with usable(folder, alone=True):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            users = opened.enter_context(open(folder / USERS, "a", opener=owner_only))
            fcntl.flock(users, fcntl.LOCK_SH)  # closing frees it; freeing it would do so for forks as well
            address = join_or_start(folder)
        yield address.url
    wait_for_end(folder)


def join_or_start(folder: Path) -> Address:
    """Return the address of the server once it answers; the caller holds the users' lock."""
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        if started := start(folder):
            return started[0]
        address = last_address(folder)
        answer = ask(address) if address else "nothing"
        if address and answer == "ready":
            return address
        if answer == "nothing" and time.monotonic() > deadline:
            raise Misconfigured(f"another process holds {folder / 'redis.lock'}, but no server answers there")
        time.sleep(POLL)


def wait_for_end(folder: Path) -> None:
    """Wait until the server has ended, unless another process uses it."""
    deadline = time.monotonic() + STOP_TIMEOUT
    while not can_lock(folder / "redis.lock", fcntl.LOCK_EX) and time.monotonic() < deadline:
        unnoticed = can_lock(folder / USERS, fcntl.LOCK_EX)  # by the keeper, which waits for this lock
        if not unnoticed and can_lock(folder / USERS, fcntl.LOCK_SH):
            return
        time.sleep(POLL)


def can_lock(path: Path, kind: int) -> bool:
    """Tell whether a lock could be had just now; one on a file that is gone could."""
    try:
        with path.open() as file:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def start(folder: Path) -> tuple[Address, Process] | None:
    """Start the server of ``folder`` and its keeper; None when there is one, which holds the lock."""
    with open(folder / "redis.lock", "a", opener=owner_only) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        for address in addresses(folder):
            write(folder / "redis.conf", CONFIGURATION.format(log=LOG, **asdict(address)))
            write(folder / "redis.json", address.dumps())
            process = launch(folder, "redis.conf", lock.fileno())
            if becomes_ready(process, address):
                return address, process
    raise Misconfigured(f"the embedded Redis server does not start: {last_words(folder)}")


def becomes_ready(process: Process, address: Address) -> bool:
    """Wait until the server answers; False when it ends instead."""
    deadline = time.monotonic() + START_TIMEOUT
    while process.poll() is None:
        answer = ask(address)
        if answer == "ready":
            return True
        if answer == "nothing" and time.monotonic() > deadline:
            stop(process)
        time.sleep(POLL)
    return False


def ask(address: Address) -> Literal["ready", "loading", "nothing"]:
    """Say how the server at ``address`` does; a stranger with another password is nothing."""
    with connect(address.url) as client:
        try:
            client.ping()
        except redis.BusyLoadingError:
            return "loading"
        except redis.RedisError:
            return "nothing"
    return "ready"


def write(path: Path, text: str) -> None:
    """Put ``text`` in the place of a file, whole at any moment, for its owner only."""
    draft = path.with_name(f"{path.name}.new")
    with open(draft, "w", opener=owner_only) as file:
        file.write(text)
    draft.replace(path)
