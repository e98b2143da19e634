"""Rehearsal: the files that a run would take, with their rows, columns and problems; nothing is stored."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.errors import Misconfigured
from pipeline.event_files.companions import companion_of, read_companion, read_count, wrong_count
from pipeline.event_files.file_parts import parts_of
from pipeline.event_files.folder_look import key_of
from pipeline.event_files.ledger import OPEN, Ledger
from pipeline.event_files.listing import DataFile, listing_of
from pipeline.event_files.opening import open_file
from pipeline.event_files.part_rows import BAD_ROWS, PartRows
from pipeline.event_files.plain_file import FileFailed, PlainFile
from pipeline.event_files.readable_file import make_readable
from pipeline.event_files.scratch import open_scratch, scratch_errors
from pipeline.event_files.spool import Spool, private_opener
from pipeline.event_files.spool_errors import spool_errors
from pipeline.model.event_import import EventImport
from pipeline.model.file_server import FileGone, FileServer, FileSession, NotPermitted

NUMBER = 0  # no file of the ledger has it


@dataclass
class RehearsedFile:
    """One file, as it would be landed."""

    path: str
    rows: int = 0  # records without the header
    columns: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Rehearsal:
    """A dry run of one import; the caller has its turn."""

    settings: EventImport
    server: FileServer
    ledger: Ledger
    spool: Spool

    def run(self) -> Iterator[RehearsedFile]:
        """Yield the files that are not landed yet; raises as a run does."""
        self.spool.prepare([row.id for state in OPEN for row in self.ledger.rows(state)])
        known = {row.key for row in self.ledger.rows() if row.state in ("landed", "failed", "ignored")}
        with self.server.open() as session:
            for one in listing_of(session.list(self.settings.folder), self.settings).files:
                if key_of(one) not in known:
                    yield self.rehearse(session, one)

    def rehearse(self, session: FileSession, one: DataFile) -> RehearsedFile:
        """Fetch and read one file, and delete it again."""
        found = RehearsedFile(one.file.name)
        if one.lacks:
            found.problems.append(f"it waits for its {one.lacks} file")
            return found
        try:
            with spool_errors(), self.spool.working(NUMBER) as folder:
                self.read(self.fetched(session, one, folder), one, found, folder)
            self.compare_count(session, one, found)
        except (FileFailed, FileGone, NotPermitted, Misconfigured) as error:
            found.problems.append(str(error))
        return found

    def compare_count(self, session: FileSession, one: DataFile, found: RehearsedFile) -> None:
        """Note a number of rows that is not that of the count file; raises FileFailed if that has none."""
        name = self.settings.count and companion_of(one.file.name, self.settings.count, one.companions)
        if not name:
            return
        expected = read_count(read_companion(session, posixpath.join(self.settings.folder, name)), name)
        if expected != found.rows:
            found.problems.append(wrong_count(found.rows, expected))

    def fetched(self, session: FileSession, one: DataFile, folder: Path) -> Path:
        """Fetch a file into the working folder, and open it."""
        self.spool.require_room(one.file.size)
        part = folder / "part"
        with open(part, "xb", opener=private_opener) as stream:
            for piece in session.read(posixpath.join(self.settings.folder, one.file.name), 0):
                stream.write(piece)
        return open_file(part, one.file.name, folder, self.server.keys, self.settings.connector)

    def read(self, path: Path, one: DataFile, found: RehearsedFile, folder: Path) -> None:
        """Note columns, rows and bad rows."""
        plain = PlainFile(path, NUMBER, one.account, one.feed, self.settings)
        with scratch_errors(), open_scratch(folder) as scratch, make_readable(plain, folder) as readable:
            if readable.header is None:
                return
            found.columns = list(readable.header.names)
            rows = PartRows(scratch, plain, readable.header, is_clean=readable.is_clean)
            bad = 0
            for part in parts_of(readable.path, folder):
                found.rows += rows.read(part)
                bad += int(scratch.execute(BAD_ROWS).fetchall()[0][0])
        if bad:
            found.problems.append(f"{bad:,} of its rows would go to the quarantine")
