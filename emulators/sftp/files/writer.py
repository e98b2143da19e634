"""Data files, written piece by piece: text, then an archive, then ciphertext, as the job is configured."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pysequoia

from emulators.sftp.events.given_rows import GivenRows
from emulators.sftp.events.rows import RowSet, text_of
from emulators.sftp.files.names import extension_of, name_of

WORK_NAME = ".part"


@dataclass(frozen=True)
class Wrapping:
    """The form that a job gives its files."""

    compress: bool = False
    recipient: Path | None = None  # the public key; None: not encrypted
    encoding: str = "utf-8"
    ready: str = ""  # extension of the companion: ".ready"; "": none
    count: str = ""
    replaces: bool = False  # the companion's extension replaces that of the data file

    @property
    def extension(self) -> str:
        """The extension of data files."""
        return extension_of(compress=self.compress, encrypt=self.recipient is not None)


def write_file(folder: Path, rows: RowSet | GivenRows, wrapping: Wrapping) -> Path:
    """Write a file and its companions, the ready file last; return the path of the data file."""
    path = folder / name_of(rows.account, rows.feed, rows.until, wrapping.extension)
    text = rows.text() if isinstance(rows, GivenRows) else text_of(rows)
    pieces = (piece.encode(wrapping.encoding) for piece in text)
    if wrapping.recipient is None:
        write_plain(path, pieces, inner=inner_name(rows) if wrapping.compress else None)
    else:
        write_encrypted(path, pieces, rows, wrapping)
    write_companions(path, rows.rows, wrapping)
    return path


def write_plain(path: Path, pieces: Iterator[bytes], inner: str | None) -> None:
    """Write pieces as they are, or as the one member ``inner`` of an archive."""
    if inner is None:
        with path.open("wb") as stream:
            stream.writelines(pieces)
        return
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(inner, "w", force_zip64=True) as member,
    ):
        for piece in pieces:
            member.write(piece)


def write_encrypted(
    path: Path, pieces: Iterator[bytes], rows: RowSet | GivenRows, wrapping: Wrapping
) -> None:
    """Encrypt pieces for the recipient; the plaintext is in a file outside the served folder meanwhile."""
    plain = wrapping.recipient.parent / f"{path.name}{WORK_NAME}"
    try:
        write_plain(plain, pieces, inner=inner_name(rows) if wrapping.compress else None)
        recipient = pysequoia.Cert.from_file(str(wrapping.recipient))
        pysequoia.encrypt_file(str(plain), str(path), recipients=[recipient], armor=False)
    finally:
        plain.unlink(missing_ok=True)


def inner_name(rows: RowSet | GivenRows) -> str:
    """Return the name of the member of an archive."""
    return name_of(rows.account, rows.feed, rows.until, "txt")


def write_companions(path: Path, count: int, wrapping: Wrapping) -> None:
    """Write the count file, then the ready file, if the job has them."""
    for extension, text in ((wrapping.count, f"{count}\n"), (wrapping.ready, "")):
        if extension:
            companion_of(path, extension, replaces=wrapping.replaces).write_text(text, "ascii")


def companion_of(path: Path, extension: str, *, replaces: bool) -> Path:
    """Return the path of a companion: x.ready or x.txt.ready for x.txt."""
    base = path.name.partition(".")[0] if replaces else path.name
    return path.with_name(f"{base}.{extension.lstrip('.')}")
