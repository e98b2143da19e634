"""A run of one import: look at the folder, fetch ready files, open and land each, tidy up at the server.

| Where it stops | Then |
|---|---|
| listed | rows of the ledger are ``waiting``; the next run goes on |
| fetching | the part stays, and is gone on with while size and time at the server are the same |
| opening | its working folder is deleted; the file failed, or waits if the reason is ours |
| landing | rolled back; again from the part, or from the server; the keys of events make it harmless |
| landed, still at the server | the ledger knows it; it is moved or deleted at the end of the next run |
"""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from pipeline.errors import Misconfigured, PipelineError, RetryLater
from pipeline.event_files.companions import companion_of, read_companion, read_count
from pipeline.event_files.fetching import FileChanged, fetch
from pipeline.event_files.folder_look import FolderLook
from pipeline.event_files.ledger import OPEN, Ledger, LedgerFile
from pipeline.event_files.opening import open_file
from pipeline.event_files.plain_file import FileFailed, Landed, PlainFile
from pipeline.event_files.server_connection import ServerConnection, connected
from pipeline.event_files.spool import Spool
from pipeline.event_files.spool_errors import spool_errors
from pipeline.event_files.tidying import tidy
from pipeline.model.event_import import EventImport
from pipeline.model.file_server import FileGone, FileServer, NotPermitted

GONE = "it is not at the server any more"

Progress = Callable[[str, int, int], None]  # a step in words, the amount since the last call, and the total


class Lander(Protocol):
    """Lands plain files (landing.py)."""

    def land(self, file: PlainFile, progress: Callable[[int], None] = ...) -> Landed:
        """Land a file; raises FileFailed."""


@dataclass
class RunOutcome:
    """The files of one run by their fate, and the reason why it could not do all."""

    landed: list[int] = field(default_factory=list)  # ids of the ledger
    failed: list[int] = field(default_factory=list)
    waiting: int = 0  # files that are not ready
    left_out: dict[str, int] = field(default_factory=dict)  # files that are not taken, by reason
    remarks: list[str] = field(default_factory=list)
    trouble: PipelineError | None = None  # ours, or the connection's: some files wait for another run

    @property
    def files(self) -> list[int]:
        """All files that were dealt with."""
        return sorted([*self.landed, *self.failed])


@dataclass
class ImportRun:
    """One run; the caller has the import's turn."""

    settings: EventImport
    server: FileServer
    spool: Spool
    look: FolderLook
    lander: Lander
    progress: Progress = lambda _step, _done, _total: None
    told: Callable[[], None] = lambda: None  # called when a file has landed
    outcome: RunOutcome = field(default_factory=RunOutcome)

    @property
    def ledger(self) -> Ledger:
        """The rows of the import."""
        return self.look.ledger

    def run(self) -> RunOutcome:
        """Deal with every file that is ready.

        Raises:
            Misconfigured: the server, its folder or a key cannot be used.
            RetryLater: the server cannot be reached.
        """
        self.spool.prepare([row.id for state in OPEN for row in self.ledger.rows(state)])
        with connected(self.server) as connection:
            self.look.look_twice(connection)
            self.outcome.left_out = dict(self.look.listing.left_out)
            for row in self.look.drop_gone(self.spool):
                self.fail(row, GONE)
            ready, self.outcome.waiting = self.look.ready()
            for place, row in enumerate(ready, 1):
                self.take(connection, row, f"{row.path} ({place} of {len(ready)})")
            self.outcome.remarks += tidy(connection, self.look)
        return self.outcome

    def take(self, connection: ServerConnection, row: LedgerFile, title: str) -> None:
        """Fetch, open and land one file; its faults stop no other."""
        try:
            self.land(row, self.fetched(connection, row, title), title)
        except (FileFailed, NotPermitted) as error:
            self.fail(row, str(error))
        except FileGone:
            self.forget(row, f"{row.path}: {GONE}")
        except FileChanged as error:
            self.outcome.waiting += 1
            self.forget(row, f"{error.detail}; it is looked at again")
        except (Misconfigured, RetryLater) as error:
            self.ledger.delayed(row.id, str(error))
            self.outcome.trouble = self.outcome.trouble or error

    def fetched(self, connection: ServerConnection, row: LedgerFile, title: str) -> int | None:
        """Bring a file into the spool; return the number in its count file, None if it has none."""
        counted = self.settings.count and companion_of(row.path, self.settings.count, self.look.listing.names)
        read = partial(read_companion, place=self.place(counted or ""))
        expected = read_count(connection.run(read), counted) if counted else None
        if row.state == "waiting" or not self.spool.has(row.id, row.size):
            note = partial(self.note, f"fetch {title}", row.size)
            connection.run(lambda session: fetch(session, row, self.place(row.path), self.spool, note))
            self.ledger.fetched(row.id)
        return expected

    def land(self, row: LedgerFile, expected: int | None, title: str) -> None:
        """Open a fetched file, and land its events."""
        part = self.spool.part(row.id)
        with spool_errors(), self.spool.working(row.id) as folder:
            self.note(f"open {title}", 0, 0)
            path = open_file(part, row.path, folder, self.server.keys, self.settings.connector)
            plain = PlainFile(path, row.id, row.account, row.feed, self.settings, expected)
            self.note(f"land {title}", 0, 0)
            landed = self.lander.land(plain, partial(self.note, f"land {title}", 0))
        self.spool.forget(row.id)
        self.outcome.landed.append(row.id)
        self.told()
        if landed.remark:
            self.outcome.remarks.append(f"{row.path}: {landed.remark}")

    def note(self, step: str, total: int, done: int) -> None:
        """Tell the progress of a step."""
        self.progress(step, done, total)

    def fail(self, row: LedgerFile, reason: str) -> None:
        """Note that nothing of a file counts."""
        self.spool.forget(row.id)
        self.ledger.failed(row.id, reason)
        self.outcome.failed.append(row.id)

    def forget(self, row: LedgerFile, remark: str) -> None:
        """Forget a file that is not there as it was."""
        self.spool.forget(row.id)
        self.ledger.drop([row.id])
        self.outcome.remarks.append(remark)

    def place(self, name: str) -> str:
        """Return the path of a file below the connector's folder."""
        return posixpath.join(self.settings.folder, name)
