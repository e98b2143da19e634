"""Looks at a folder: which of its files are ready, by size, by a companion, or at once."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pipeline.event_files.companions import companion_of
from pipeline.event_files.ledger import OPEN, RETRIED, Ledger, LedgerFile
from pipeline.event_files.listing import DataFile, Listing, listing_of
from pipeline.event_files.server_connection import ServerConnection
from pipeline.event_files.spool import Spool
from pipeline.model.event_import import EventImport

LOOK_SECONDS = 2.0  # between two looks, for ``ready = "size"``
Key = tuple[str, int, int]  # name, size and time of a file


@dataclass
class FolderLook:
    """The looks of one run."""

    settings: EventImport
    ledger: Ledger
    seconds: float = LOOK_SECONDS
    listing: Listing = field(default_factory=Listing)  # the last one

    def look(self, connection: ServerConnection) -> None:
        """List the folder, and note its files in the ledger."""
        found = connection.run(lambda session: session.list(self.settings.folder))
        self.listing = listing_of(found, self.settings)
        self.ledger.note((one.file, one.account, one.feed) for one in self.listing.files)

    def look_twice(self, connection: ServerConnection) -> None:
        """Look at the folder, and once more if a file has come within the last moments."""
        self.look(connection)
        if self.settings.ready == "size" and not all(map(self.is_settled, self.present("waiting"))):
            time.sleep(self.seconds)
            self.look(connection)

    def ready(self) -> tuple[list[LedgerFile], int]:
        """Return the rows of files that may be taken, by their stamps, and the number of those that wait."""
        seen = {key_of(one): one for one in self.listing.files}
        order = {key: number for number, key in enumerate(seen)}
        rows = [row for state in OPEN for row in self.ledger.rows(state)]
        ready = [row for row in rows if self.is_ready(row, seen.get(row.key))]
        return sorted(ready, key=lambda row: order.get(row.key, -1)), len(rows) - len(ready)

    def present(self, state: str) -> list[LedgerFile]:
        """Return the rows in a state, if their file is still there with the same size and time."""
        seen = {key_of(one) for one in self.listing.files}
        return [row for row in self.ledger.rows(state) if row.key in seen]

    def is_settled(self, row: LedgerFile) -> bool:
        """Tell whether size and time of a file have been the same for the time between two looks.

        A look in the future was before this machine's clock was put back.
        """
        return abs(datetime.now(UTC) - row.listed_at) >= timedelta(seconds=self.seconds)

    def is_ready(self, row: LedgerFile, seen: DataFile | None) -> bool:
        """Tell whether a file may be taken; a fetched one is in the spool already, but not its count."""
        if row.state == "fetched":
            count = self.settings.count
            return not (count and seen) or companion_of(row.path, count, self.listing.names) is not None
        if seen is None or seen.lacks:
            return False
        return self.settings.ready != "size" or self.is_settled(row)

    def drop_gone(self, spool: Spool) -> list[LedgerFile]:
        """Forget waiting rows if their file is gone or changed; return those that a person had retried."""
        seen = {key_of(one) for one in self.listing.files}
        gone = [row for row in self.ledger.rows("waiting") if row.key not in seen]
        for row in gone:
            spool.forget(row.id)
        self.ledger.drop([row.id for row in gone if row.reason != RETRIED])
        return [row for row in gone if row.reason == RETRIED]


def key_of(one: DataFile) -> Key:
    """Return name, size and time, by which the ledger knows a file."""
    return one.file.name, one.file.size, one.file.mtime
