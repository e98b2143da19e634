"""Unzipping: the one member of an archive, streamed, within limits of size and ratio."""

import errno
import zipfile
import zlib
from pathlib import Path
from typing import IO

from pipeline.event_files.plain_file import FileFailed
from pipeline.event_files.spool import private_opener

MAX_SIZE = 20 << 30  # bytes of plaintext
MAX_RATIO = 200  # plaintext to archive
PIECE = 1 << 20
ENCRYPTED_FLAG = 1
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError)


def is_archive(path: Path) -> bool:
    """Tell an archive by its first bytes."""
    with path.open("rb") as stream:
        return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def unzip(archive: Path, target: Path) -> None:
    """Write the one member of an archive to ``target``.

    Raises FileFailed with the reason, OSError if the disk takes no more.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            member = the_one_member(opened)
            limit = size_limit(archive)
            if member.file_size > limit:
                raise FileFailed(too_large(limit))
            with opened.open(member) as source:
                copy_member(source, target, limit)
    except NotImplementedError as error:
        raise FileFailed("its archive is packed by a method that cannot be read") from error
    except BROKEN as error:
        raise FileFailed(broken_archive(error)) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # that of a seek to a place that no file has
            raise
        raise FileFailed(broken_archive(error)) from error


def the_one_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """Return the member of an archive; a path in its name is only a name."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) != 1:
        raise FileFailed(f"its archive holds {len(members)} files; one is expected")
    if members[0].flag_bits & ENCRYPTED_FLAG:
        raise FileFailed("its archive is protected by a password")
    return members[0]


def size_limit(archive: Path) -> int:
    """Return the most bytes that an archive may become."""
    return min(MAX_SIZE, archive.stat().st_size * MAX_RATIO)


def too_large(limit: int) -> str:
    """Say that an archive is refused for its size."""
    return f"its archive is too large: more than {limit:,} bytes ({MAX_RATIO} times its size, or 20 GiB)"


def copy_member(source: IO[bytes], target: Path, limit: int) -> None:
    """Write a member piece by piece; its header may lie about its size."""
    written = 0
    with open(target, "xb", opener=private_opener) as stream:
        while piece := source.read(PIECE):
            written += len(piece)
            if written > limit:
                raise FileFailed(too_large(limit))
            stream.write(piece)


def broken_archive(error: Exception) -> str:
    """Say that an archive is broken, in a library's words without names of members."""
    words = str(error).partition(" for file ")[0] or type(error).__name__
    return f"its archive is broken or cut: {words}"
