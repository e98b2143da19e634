"""Fetching: a file comes into the spool, from where an earlier run stopped.

A part is gone on with as long as size and time at the server are those of the ledger. A file that changes
while it is read is not ready: it is another file of the ledger at the next look.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import RetryLater
from pipeline.event_files.ledger import LedgerFile
from pipeline.event_files.spool import Spool, private_opener
from pipeline.event_files.spool_errors import spool_errors
from pipeline.model.file_server import FileSession, RemoteFile

CHANGED = "FileChanged"


class FileChanged(RetryLater):
    """The file at the server is not the one of the ledger any more."""


def fetch(
    session: FileSession, file: LedgerFile, place: str, spool: Spool, progress: Callable[[int], None]
) -> Path:
    """Fetch a file; ``place``: its path at the server; ``progress`` gets the number of bytes of each piece.

    Raises:
        FileGone: it is not there any more.
        FileChanged: it has another size or time now.
        NotPermitted: the login may not read it.
        RetryLater: the connection was cut, or the spool's disk is full; the bytes fetched so far stay.
    """
    require_same(session.stat(place), file)
    path = spool.part(file.id)
    have = usable_size(path, file.size)
    spool.require_room(file.size - have)
    with spool_errors(), open(path, "ab", opener=private_opener) as part:
        try:
            append_bytes(session, part, place, have, progress)
        finally:
            part.flush()
            os.fdatasync(part.fileno())
    require_same(session.stat(place), file)
    if path.stat().st_size != file.size:
        path.unlink()
        raise FileChanged(CHANGED, f"{file.path} changed while it was read")
    return path


def append_bytes(
    session: FileSession, part: BinaryIO, place: str, have: int, progress: Callable[[int], None]
) -> None:
    """Read on from ``have`` bytes, to the end."""
    progress(have)
    for piece in session.read(place, have):
        part.write(piece)
        progress(len(piece))


def usable_size(path: Path, size: int) -> int:
    """Return the number of bytes that are there already; a part that is too long is begun anew."""
    if not path.exists():
        return 0
    have = path.stat().st_size
    if have > size:
        path.unlink()
        return 0
    return have


def require_same(now: RemoteFile, file: LedgerFile) -> None:
    """Raise FileChanged if size or time differ from those of the ledger."""
    if (now.size, now.mtime) != (file.size, file.mtime):
        raise FileChanged(CHANGED, f"{file.path} changed since it was seen")
