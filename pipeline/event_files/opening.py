"""Opening: a fetched file loses its wrappings, OpenPGP and archive, within its working folder."""

from pathlib import Path

from pipeline.event_files.decryption.child import decrypt_file
from pipeline.event_files.file_name import ARCHIVES, read_name
from pipeline.event_files.plain_file import FileFailed
from pipeline.event_files.unzipping import is_archive, unzip
from pipeline.model.file_server import OpenPgp


def open_file(part: Path, name: str, folder: Path, keys: OpenPgp, connector: str) -> Path:
    """Return the path of a file's plaintext, which is in ``folder``, or the part itself.

    Raises FileFailed, Misconfigured or RetryLater, as ``decrypt_file`` does.
    """
    read = read_name(name)
    if read is None:
        raise FileFailed("its name is none of an event file")
    path, expects_archive = part, read.suffixes[-1] in ARCHIVES
    if read.encrypted:
        decrypted = folder / "decrypted"
        decrypt_file(part, decrypted, keys, connector)
        path, expects_archive = decrypted, is_archive(decrypted)
    if not expects_archive or not path.stat().st_size:
        return path
    unzip(path, folder / "unzipped")
    if path != part:
        path.unlink()  # room for the landing
    return folder / "unzipped"
