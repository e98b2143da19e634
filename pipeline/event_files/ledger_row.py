"""The ledger's row of a file that is being landed: its position, and its numbers so far."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, update

from pipeline.event_files.plain_file import Landed
from pipeline.stores.database import reading
from pipeline.stores.event_tables import event_files, event_lines
from pipeline.text.plural import counted

THIS, OTHER = event_files.alias(), event_files.alias()  # two files


@dataclass
class LedgerRow:
    """Numbers of the parts that are stored."""

    number: int
    sha256: str
    position: int = 0  # physical line of the last record that is stored
    lines: int = 0
    events: int = 0
    new: int = 0
    quarantined: int = 0
    differing: int = 0

    @property
    def landed(self) -> Landed:
        """The outcome, once all is stored."""
        differing = counted(self.differing, "known event")
        remark = f"{differing} came again with other values; the first ones stay" if self.differing else ""
        return Landed(self.lines, self.events, self.new, self.quarantined, self.differing, remark)

    def store(self, connection: Connection, *, done: bool, **values: Any) -> None:
        """Write position and numbers in the caller's transaction; ``done``: the file is landed."""
        if done:
            values |= {"state": "landed", "landed_at": datetime.now(UTC), "reason": self.landed.remark}
        connection.execute(
            update(event_files)
            .where(event_files.c.id == self.number)
            .values(
                sha256=self.sha256, position=self.position, lines=self.lines, events=self.events,
                new=self.new, quarantined=self.quarantined, differing=self.differing, **values,
            )
        )  # fmt: skip


def digest_of(path: Path) -> str:
    """Return the checksum by which the content of a file is known."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def begin_row(engine: Engine, number: int, sha256: str) -> LedgerRow:
    """Return a file's row: as an interrupted landing left it, or from the beginning."""
    names = ("position", "lines", "events", "new", "quarantined", "differing")
    query = select(event_files).where(event_files.c.id == number)
    with reading(engine) as connection:
        row = connection.execute(query).mappings().one()
    if row["state"] == "fetched" and row["position"] and row["sha256"] == sha256:
        return LedgerRow(number, sha256, **{name: row[name] for name in names})
    with engine.begin() as connection:
        connection.execute(delete(event_lines).where(event_lines.c.file == number))
    return LedgerRow(number, sha256)


def same_content(engine: Engine, row: LedgerRow) -> LedgerRow | None:
    """Return the counts of another landed file with the same content and no bad line, if there is one."""
    query = select(OTHER.c.lines, OTHER.c.events).where(
        THIS.c.id == row.number, OTHER.c.id != row.number, OTHER.c.sha256 == row.sha256,
        OTHER.c.account == THIS.c.account, OTHER.c.feed == THIS.c.feed, OTHER.c.state == "landed",
        OTHER.c.quarantined == 0,
    )  # fmt: skip
    with reading(engine) as connection:
        found = connection.execute(query.limit(1)).one_or_none()
    return found and LedgerRow(row.number, row.sha256, lines=found.lines, events=found.events)
