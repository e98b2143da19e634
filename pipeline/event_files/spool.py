"""Spool: the private folder in which a file is fetched, opened and landed.

::

    {data folder}/spool/{import}/      0700
        12.part                        file 12 of the ledger, as far as it has been fetched
        12.work/                       its plaintext and all else that is made of it, while it is being opened

No name from outside is the name of a file here. ``12.work`` is deleted whatever happens; the one that a
killed process leaves is deleted by the next run, which holds the turn and so knows that no other needs it.
"""

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import RetryLater

SPOOL = "spool"  # in the data folder
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
ROOM = 64 << 20  # bytes of the disk that stay free
NO_ROOM = "SpoolFull"


class Spool:
    """The spool of one import."""

    def __init__(self, data_dir: Path, name: str) -> None:
        self.folder = data_dir / SPOOL / name

    def prepare(self, waiting: Collection[int]) -> None:
        """Make the folder, and delete all that an ended run left, but for the parts of waiting files."""
        self.folder.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        self.folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        kept = {self.part(number) for number in waiting}
        for path in self.folder.iterdir():
            if path not in kept:
                delete(path)

    def part(self, number: int) -> Path:
        """Return the path of a file of the ledger, as it is fetched."""
        return self.folder / f"{number}.part"

    def has(self, number: int, size: int) -> bool:
        """Tell whether all of a file has been fetched."""
        part = self.part(number)
        return part.exists() and part.stat().st_size == size

    def forget(self, number: int) -> None:
        """Delete the part of a file."""
        self.part(number).unlink(missing_ok=True)

    @contextmanager
    def working(self, number: int) -> Iterator[Path]:
        """Give a folder for the plaintext of a file; it is deleted with all that is in it."""
        folder = self.folder / f"{number}.work"
        delete(folder)
        folder.mkdir(mode=PRIVATE_FOLDER)
        try:
            yield folder
        finally:
            delete(folder)

    def require_room(self, size: int) -> None:
        """Raise RetryLater if the disk has no room for ``size`` more bytes."""
        free = shutil.disk_usage(self.folder).free
        if free < size + ROOM:
            needed = -(-(size + ROOM) >> 20)
            text = (
                f"the spool's disk has {free >> 20:,} MiB free; {needed:,} are needed in {self.folder.parent}"
            )
            raise RetryLater(NO_ROOM, f"{text}: make room on it; then all goes on")


def delete(path: Path) -> None:
    """Delete a file, or a folder with all that is in it."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def private_opener(path: str, flags: int) -> int:
    """Open a file that only its owner may read."""
    return os.open(path, flags, PRIVATE_FILE)
