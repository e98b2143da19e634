"""Ledger: one row for each file that was seen, and its states.

::

    waiting ──► fetched ──► landed        landed by landing.py, in one transaction with the events
       │           └──► failed            nothing of it counts; `retry` makes it waiting again
       └──► ignored                       a person's word

The same path with another size or time is another file. A row that is waiting goes when its file does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update

from pipeline.errors import Misconfigured
from pipeline.model.file_server import RemoteFile
from pipeline.stores.database import reading
from pipeline.stores.event_tables import event_files, event_lines

OPEN = ("waiting", "fetched")  # a run has more to do for it
RETRIED = "to be fetched again"  # the reason of a row that a person has made waiting


@dataclass(frozen=True)
class LedgerFile:
    """One row."""

    id: int
    import_name: str
    path: str
    size: int
    mtime: int
    account: str
    feed: str
    state: str
    lines: int
    events: int
    new: int
    quarantined: int
    reason: str
    listed_at: datetime
    landed_at: datetime | None

    @property
    def key(self) -> tuple[str, int, int]:
        """Name, size and time, by which a file is known."""
        return self.path, self.size, self.mtime


COLUMNS = [event_files.c[name] for name in LedgerFile.__dataclass_fields__]


class Ledger:
    """The rows of one import."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine, self.name = engine, name

    def rows(self, state: str | None = None) -> list[LedgerFile]:
        """Return the rows, the oldest first."""
        chosen = select(*COLUMNS).where(event_files.c.import_name == self.name)
        if state:
            chosen = chosen.where(event_files.c.state == state)
        with reading(self.engine) as connection:
            return [LedgerFile(*row) for row in connection.execute(chosen.order_by(event_files.c.id))]

    def note(self, seen: Iterable[tuple[RemoteFile, str, str]]) -> None:
        """Add waiting rows for files (with account and feed) that are not known as they are now."""
        known = {(row.path, row.size, row.mtime) for row in self.rows()}
        now = datetime.now(UTC)
        new = [
            {
                "import_name": self.name, "path": file.name, "size": file.size, "mtime": file.mtime,
                "account": account, "feed": feed, "state": "waiting", "listed_at": now,
            }
            for file, account, feed in seen
            if (file.name, file.size, file.mtime) not in known
        ]  # fmt: skip
        if new:
            with self.engine.begin() as connection:
                connection.execute(insert(event_files), new)

    def drop(self, numbers: Sequence[int]) -> None:
        """Delete the rows of files with these numbers, and their bad lines."""
        if numbers:
            with self.engine.begin() as connection:
                connection.execute(delete(event_lines).where(event_lines.c.file.in_(numbers)))
                connection.execute(delete(event_files).where(event_files.c.id.in_(numbers)))

    def fetched(self, number: int) -> None:
        """Note that a file is in the spool."""
        write_row(self.engine, number, state="fetched", reason="", fetched_at=datetime.now(UTC))

    def failed(self, number: int, reason: str) -> None:
        """Note that nothing of a file counts, and why; an earlier part of its landing is forgotten."""
        write_row(self.engine, number, state="failed", reason=reason)

    def delayed(self, number: int, reason: str) -> None:
        """Note why a file waits for another run."""
        write_row(self.engine, number, state="waiting", reason=reason)

    def remark(self, number: int, remark: str) -> None:
        """Note something about a landed file."""
        write_row(self.engine, number, reason=remark)


def find_file(engine: Engine, number: int) -> LedgerFile:
    """Return a row by its id; raises Misconfigured when there is none."""
    with reading(engine) as connection:
        row = connection.execute(select(*COLUMNS).where(event_files.c.id == number)).one_or_none()
    if row is None:
        raise Misconfigured(f"there is no file {number}: `activation imports files NAME` lists them")
    return LedgerFile(*row)


def retry_file(engine: Engine, file: LedgerFile) -> None:
    """Let the next run fetch a file again, from its beginning.

    The numbers and the bad lines of an earlier landing stay until the next one, for its events count.
    """
    write_row(engine, file.id, state="waiting", reason=RETRIED, sha256="", position=0)
    if file.landed_at is None:
        forget_part(engine, file.id)


def forget_part(engine: Engine, number: int) -> None:
    """Set the counts of a file to 0 and delete its bad lines, after its landing was cut off."""
    with engine.begin() as connection:
        connection.execute(delete(event_lines).where(event_lines.c.file == number))
    write_row(engine, number, **dict.fromkeys(("lines", "events", "new", "quarantined", "differing"), 0))


def ignore_file(engine: Engine, file: LedgerFile) -> None:
    """Let no run fetch a file; raises Misconfigured for one that is landed.

    Events that an earlier landing stored count nevertheless, and their numbers stay.
    """
    if file.state == "landed":
        raise Misconfigured(f"file {file.id} is landed: its events count, and stay")
    landed = "; it was landed before, and those events count" if file.landed_at else ""
    write_row(engine, file.id, state="ignored", reason=f"a person's word{landed}")


def write_row(engine: Engine, number: int, **values: Any) -> None:
    """Change columns of a row."""
    with engine.begin() as connection:
        connection.execute(update(event_files).where(event_files.c.id == number).values(values))
