"""The file of a SQLite store, while connections to it are open.

SQLite goes on with a file that was removed or replaced: rows stored then are lost when the process ends.
So a connection is used as long as its file is the one at the path. If another file is there, a new connection
opens that one; if none is there, none is made.

A file without the right to write is opened for reading, and its companions get its mode. When it may be
written again, they may not, and connections go on reading: both are mended.
"""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from pipeline.stores.store_failure import GONE

FILE = "file"  # key of a pooled connection's notes
COMPANIONS = ("-wal", "-shm")
READ_ONLY = "readonly database"  # in the errors of a connection that was opened for reading


def follow_file(engine: Engine, path: Path) -> None:
    """Have an engine use the file that is at ``path``, once it was made."""
    path = path.absolute()

    def require(*_: Any) -> None:
        if not path.exists():
            raise sqlite3.OperationalError(GONE)
        mend_companions(path)

    def compare(_connection: Any, entry: ConnectionPoolEntry, *_: Any) -> None:
        """Note the file when a connection is opened, and compare it whenever that is used."""
        try:
            status = path.stat()
        except OSError:
            found = None
        else:
            found = status.st_dev, status.st_ino
        if entry.info.setdefault(FILE, found) != found:
            raise DisconnectionError

    event.listen(engine, "do_connect", require)
    event.listen(engine, "connect", compare)
    event.listen(engine, "checkout", compare)
    broken = engine.dialect.is_disconnect
    engine.dialect.is_disconnect = (  # type: ignore[method-assign]
        lambda error, *given: READ_ONLY in str(error) or broken(error, *given)
    )


def mend_companions(path: Path) -> None:
    """Give the companions of a file that may be written its mode."""
    if not os.access(path, os.W_OK):
        return
    for ending in COMPANIONS:
        companion = path.with_name(path.name + ending)
        with suppress(OSError):  # it is not there, or another user's
            if not os.access(companion, os.W_OK):
                companion.chmod(path.stat().st_mode & 0o777)
