"""Packing: files that are compressed, with gzip or as a zip file with one file in it."""

import gzip
import io
import lzma
import struct
import zipfile
import zlib
from typing import BinaryIO, cast

from pipeline.errors import Misconfigured
from pipeline.produce.content import Content, Opened, Readable

GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
WORKBOOKS = ("xl/", "META-INF/manifest.xml")  # in those of Excel and LibreOffice
OF_MACS = "__MACOSX/"  # the folder that Finder adds to a zip file
OF_DESKTOPS = ("thumbs.db", "desktop.ini")  # like these, and files with a dot before their name
# Raised by gzip and zipfile for files that are cut off, damaged or made to break a reader.
DAMAGE = (
    EOFError, OverflowError, OSError, ValueError,
    struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile,
)  # fmt: skip


class Packed:
    """A compressed file as it is read."""

    def __init__(self, file: Readable) -> None:
        self._file = file

    def read1(self, size: int = -1, /) -> bytes:
        """Unpack some bytes; raises Misconfigured, also when only the end is missing."""
        try:
            return self._file.read1(size)
        except DAMAGE as error:
            raise Misconfigured(f"the compressed file is cut off or damaged: {error}") from error


def unpacked(file: io.BufferedReader, name: str) -> tuple[Content, str]:
    """Return the content of a file, and the name that it has when it is not compressed."""
    content = Content(Opened(file))
    start = content.start(4)
    if start.startswith(GZIP):
        plain = gzip.GzipFile(fileobj=cast("BinaryIO", content))
        return Content(Packed(plain)), name[:-3] if name.lower().endswith(".gz") else name
    if start.startswith(ZIP):
        return from_zip(file)
    return content, name


def from_zip(file: io.BufferedReader) -> tuple[Content, str]:
    """Return the content and the name of the one file in a zip file."""
    if not file.seekable():
        raise Misconfigured("a zip file is read from its end: name the file, or unpack it on the way here")
    try:
        archive = zipfile.ZipFile(file)
        names = [each.filename for each in archive.infolist() if not each.is_dir()]
        if any(name.startswith(WORKBOOKS) for name in names):
            raise Misconfigured('the file is a workbook; save it as "CSV UTF-8"')
        names = [name for name in names if not is_of_desktop(name)]
        if len(names) != 1:
            raise Misconfigured(f"the zip file holds {len(names)} files; it must be one")
        return Content(Packed(cast("Readable", archive.open(names[0])))), names[0]
    except (*DAMAGE, RuntimeError) as error:
        raise Misconfigured(f"the zip file cannot be read: {error}") from error


def is_of_desktop(name: str) -> bool:
    """Tell whether a file within a zip file was put there by a desktop rather than a person."""
    last = name.rpartition("/")[2].lower()
    return name.startswith(OF_MACS) or last.startswith(".") or last in OF_DESKTOPS
