"""SQLite as the SQL store: one file in WAL mode; writers wait for each other."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from pipeline.errors import Misconfigured
from pipeline.stores.sqlite_file import follow_file

BUSY_TIMEOUT = 30  # seconds a writer waits for another
CACHE, LOG = 16_000, 64_000  # KiB of memory, and pages of the log, for large transactions
SMALL_LOG = 32 << 20  # bytes to which the log is cut when it begins anew
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "secure_delete=ON",
    f"journal_size_limit={SMALL_LOG}",
)


def open_sqlite(url: URL, setting: str) -> Engine:
    """Return an engine on a file in WAL mode, readable by its owner only.

    Raises Misconfigured for a database that other processes cannot open, and errors of the file or driver.
    """
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise Misconfigured(f"{setting}: SQLite needs a file that all processes can open")
    options = {} if "timeout" in url.query else {"timeout": BUSY_TIMEOUT}
    engine = create_engine(url, connect_args=options, hide_parameters=True)
    event.listen(engine, "connect", set_pragmas)
    engine.dialect.do_begin = begin  # type: ignore[method-assign]  # an event takes five times as long
    create_file(Path(url.database))
    follow_file(engine, Path(url.database))
    with one_at_a_time(Path(url.database).parent), engine.connect():
        pass
    return engine


def set_pragmas(connection: Any, _: ConnectionPoolEntry) -> None:
    """Prepare a new SQLite connection and leave transactions to ``begin``."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def give_room(connection: Connection) -> None:
    """Let a connection to SQLite keep large transactions in memory, and move its log less often.

    Otherwise a page of a table with random keys is read twice and written twice. The log grows to 256 MiB,
    and moving it writes a page once that 25 transactions have changed.
    """
    if connection.dialect.name == "sqlite":
        for pragma in (f"cache_size=-{CACHE}", f"wal_autocheckpoint={LOG}", "journal_size_limit=-1"):
            connection.exec_driver_sql(f"PRAGMA {pragma}")


def begin(dbapi_connection: Any) -> None:
    """Begin a SQLite transaction that may write, unless one that only reads was begun."""
    if not dbapi_connection.in_transaction:
        dbapi_connection.execute("BEGIN IMMEDIATE")


def create_file(path: Path) -> None:
    """Make an empty file for its owner only; SQLite gives its companions the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        # Not opened: closing a file that SQLite has open elsewhere in this process drops its locks.
        return


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Hold a lock on ``folder``: SQLite does not wait, but fails, when two turn WAL on at once."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
