"""Checking files: which accounts, feeds and files a folder has, and whether the keys fit one of them."""

import tempfile
import time
from collections.abc import Collection, Generator, Iterable, Iterator
from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.event_files.file_name import FileName, read_name
from pipeline.event_files.opening import open_file
from pipeline.event_files.plain_file import FileFailed
from pipeline.event_files.spool import delete, private_opener
from pipeline.event_files.spool_errors import spool_errors
from pipeline.event_files.spools import CHECK
from pipeline.model.event_import import EventImport
from pipeline.model.file_server import FileServer, FileSession, RemoteFile
from pipeline.model.finding import Finding
from pipeline.text.durations import spell
from pipeline.text.plural import counted

AHEAD_SECONDS = 120  # that a file may be in the future
TRIED_BYTES = 64 << 20  # of a file that keys are tried on
TRIED_FILES = 3  # of them the smallest may be cut, or for another key
STALE_SECONDS = 3600  # after which a folder of another check is one that a killed process left
WAY_OUT = "files fail with their reason: `activation imports files`"


NamedFile = tuple[RemoteFile, FileName]


def look_at_files(
    server: FileServer, connector: str, imports: Iterable[EventImport], spool: Path
) -> Iterator[Finding]:
    """Yield findings about each folder that imports of a connector read; without imports, its own."""
    wanted = list(imports) or [EventImport("", connector)]
    try:
        with server.open() as session:
            for folder in sorted({one.folder for one in wanted}):
                of_folder = [one for one in wanted if one.folder == folder]
                named = yield from look_at_folder(session, folder, of_folder)
                yield from look_at_keys(server, session, folder, named, spool, connector)
    except PipelineError as error:
        yield Finding("files", False, str(error))


def look_at_folder(
    session: FileSession, folder: str, imports: Collection[EventImport]
) -> Generator[Finding, None, list[NamedFile]]:
    """Yield findings about one folder, and return its files of events."""
    files = session.list(folder)
    named = [(file, read) for file in files if (read := read_name(file.name))]
    shown = f" in {folder}" if folder else ""
    if not named:
        yield Finding(
            "files", True, f"no file of events is there{shown}; {counted(len(files), 'other file')}"
        )
        return named
    accounts = sorted({read.account for _, read in named})
    feeds = sorted({read.feed for _, read in named})
    yield Finding("accounts", True, f"account ids{shown}: {', '.join(accounts)}")
    others = f"; {counted(len(files) - len(named), 'other file')}" if len(files) > len(named) else ""
    text = f"{counted(len(named), 'file')} of events{shown}, of the feeds {', '.join(feeds)}{others}"
    yield Finding("files", True, text)
    yield from missing_accounts(imports, accounts)
    yield look_at_clock(files)
    return named


def missing_accounts(imports: Iterable[EventImport], accounts: Collection[str]) -> Iterator[Finding]:
    """Name the accounts of imports that have no file."""
    for one in imports:
        for account in one.accounts:
            if account not in accounts:
                yield Finding("accounts", False, f'import "{one.name}": account {account} has no file there')


def look_at_clock(files: Iterable[RemoteFile]) -> Finding:
    """Compare the time of the newest file with this machine's clock."""
    age = time.time() - max(file.mtime for file in files)
    if age < -AHEAD_SECONDS:
        return Finding("clock", False, f"the clock of the server is {spell(-age)} ahead of this machine's")
    return Finding("clock", True, f"the newest file is {spell(max(age, 0))} old by the clock of the server")


def look_at_keys(
    server: FileServer,
    session: FileSession,
    folder: str,
    named: Iterable[NamedFile],
    spool: Path,
    connector: str,
) -> Iterator[Finding]:
    """Try the keys on the smallest encrypted files until one opens; the plaintext is deleted at once."""
    encrypted = [file for file, read in named if read.encrypted and 0 < file.size <= TRIED_BYTES]
    found: list[Finding] = []
    for file in sorted(encrypted, key=lambda one: one.size)[:TRIED_FILES]:
        found.append(look_at_file(server, session, folder, file, spool, connector))
        if found[-1].ok:
            break
    yield from found[-1:] if found and found[-1].ok else found[:1]


def look_at_file(
    server: FileServer, session: FileSession, folder: str, file: RemoteFile, spool: Path, connector: str
) -> Finding:
    """Try the keys on one file."""
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    delete_stale(spool)
    with tempfile.TemporaryDirectory(prefix=CHECK, dir=spool) as work:
        part = Path(work) / "part"
        try:
            with spool_errors():
                with open(part, "xb", opener=private_opener) as stream:
                    stream.writelines(session.read(f"{folder}/{file.name}" if folder else file.name, 0))
                open_file(part, file.name, Path(work), server.keys, connector)
        except FileFailed as error:
            return Finding("pgp key", False, f"{file.name}: {error}; {WAY_OUT}")
        except PipelineError as error:
            return Finding("pgp key", False, str(error))
        return Finding("pgp key", True, f"the key opens {file.name}")


def delete_stale(spool: Path) -> None:
    """Delete the plaintext that a killed check left."""
    for path in spool.glob(f"{CHECK}*"):
        if time.time() - path.stat().st_mtime > STALE_SECONDS:
            delete(path)
