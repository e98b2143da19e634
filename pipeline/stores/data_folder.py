"""The data folder, when it cannot be used: read-only, not a folder, another user's, on a full disk."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import Misconfigured

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # errors of writing name no file


@contextmanager
def usable(folder: Path, *, alone: bool = False) -> Iterator[None]:
    """Raise Misconfigured for errors of ``folder`` and the files in it; other errors pass.

    ``alone``: nothing else is written to within, so a full disk is this folder's.
    """
    try:
        yield
    except OSError as error:
        if not is_within(folder, error.filename) and not (alone and error.errno in NO_ROOM):
            raise
        raise Misconfigured(
            f"the data folder {folder} cannot be used: {error.strerror} ({error.filename or folder}); make "
            "it a folder of this user with room on its disk, or name another in ACTIVATION_DATA_DIR"
        ) from error


@contextmanager
def locked(folder: Path, name: str, refusal: str) -> Iterator[None]:
    """Hold a lock in ``folder`` that one process may have.

    If another has it, raises Misconfigured with ``refusal``; {process} in it stands for the holder's number.
    """
    with usable(folder, alone=True):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / name
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Misconfigured(
                refusal.format(process=path.read_text(errors="replace").strip() or "unknown")
            ) from error
        with usable(folder, alone=True):
            os.truncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)


def is_within(folder: Path, name: object) -> bool:
    """Tell whether a file's name is in ``folder``, or is that of a folder around it."""
    if not isinstance(name, str):
        return False
    path = Path(name).absolute()
    return path.is_relative_to(folder) or folder.is_relative_to(path)
