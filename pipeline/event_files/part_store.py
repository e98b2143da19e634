"""Storing a part: its rows become events, handles and people in one transaction with the ledger."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection, Engine, func, insert, select, update

from pipeline.event_files.event_rows import StoredAs, insert_events
from pipeline.event_files.facets import KnownFacets
from pipeline.event_files.file_parts import FilePart
from pipeline.event_files.hook_joining import are_waiting, join_to_new_rows
from pipeline.event_files.joinable_rows import copy_landed_rows
from pipeline.event_files.ledger_row import LedgerRow
from pipeline.event_files.part_rows import PartRows
from pipeline.event_files.plain_file import PlainFile
from pipeline.event_files.quarantine import store_bad_lines
from pipeline.event_files.scratch import literal
from pipeline.model.feeds import NOT_LINKING
from pipeline.people.adoption import adopt_account
from pipeline.people.known_handles import KnownHandles
from pipeline.people.linking import link
from pipeline.profiles.times import DAY
from pipeline.stores.event_tables import erased_events, event_feeds, event_folds, responsys_events

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SQLITE_CACHE = 96_000  # KiB
NEEDED = """
    SELECT riid_digest AS digest, 'riid' AS kind, {account} AS scope, CAST(riid AS VARCHAR) AS value,
        CAST(NULL AS VARCHAR) AS label
    FROM part_rows WHERE problem IS NULL AND riid IS NOT NULL
    UNION ALL
    SELECT email_digest, 'email', '', sha256(email), email
    FROM part_rows WHERE problem IS NULL AND email IS NOT NULL
"""
PAIRS = """
    SELECT DISTINCT riid_digest AS first, email_digest AS second FROM part_rows
    WHERE problem IS NULL AND riid IS NOT NULL AND email IS NOT NULL
"""
COUNTS = """
    SELECT count(*) FILTER (problem IS NULL OR problem = 0), count(*) FILTER (problem > 0), max(rn)
    FROM part_rows WHERE rn > {position}
"""


class PartStore:
    """Stores parts; remembers handles and facets of the parts before."""

    def __init__(self, engine: Engine, scratch: "DuckDBPyConnection", folder: Path) -> None:
        self._engine = engine
        self._scratch = scratch
        self._folder = folder
        self._handles = KnownHandles(scratch)
        self._facets = KnownFacets(scratch)
        self._erasures = -1

    def store(self, file: PlainFile, rows: PartRows, row: LedgerRow, part: FilePart) -> None:
        """Store the part, which is in ``part_rows``, from the position on."""
        try:
            with self._engine.begin() as connection:
                self._store(connection, file, rows, row, part)
        except BaseException:
            self._handles.forget()  # ids that they gave are not in the store
            self._facets.forget()
            raise

    def _store(
        self, connection: Connection, file: PlainFile, rows: PartRows, row: LedgerRow, part: FilePart
    ) -> None:
        fold = self._lock(connection)
        feed = feed_number(connection, file.feed)
        is_told = are_waiting(connection, file.feed)
        adopt_account(connection)  # RIIDs of webhooks and records may have come before any file
        self._leave_out(connection, fold.horizon, feed)
        digests = self._resolve(connection, file)
        first_id = fold.issued
        events = StoredAs(feed, file.number, digests, first_id, row.position)
        changed = insert_events(self._scratch, connection, events, self._folder)
        if rows.has_bad_lines(part):
            store_bad_lines(self._scratch, connection, file.number, row.position)
        self._count(connection, row, first_id, changed)
        if is_told:
            join_to_new_rows(connection, file.feed, first_id)
        copy_landed_rows(connection, feed, first_id, int(time.time()) // DAY)
        row.store(connection, done=part.last, other_columns=list(rows.values.other))

    def _lock(self, connection: Connection) -> Any:
        """Lock the one row of folds; forget the known rows if a person was erased meanwhile."""
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA cache_size = -{SQLITE_CACHE}")
        fold = connection.execute(select(event_folds).with_for_update()).one()
        if fold.erasures != self._erasures:
            self._handles.forget()
            self._facets.forget()
            self._erasures = fold.erasures
        return fold

    def _leave_out(self, connection: Connection, horizon: int | None, feed: int) -> None:
        """Mark rows that are too old to be kept, and those of erased people."""
        if horizon is not None:
            self._scratch.execute(
                f"UPDATE part_rows SET problem = 5 WHERE problem IS NULL AND day <= {horizon}"
            )
        query = select(erased_events.c.day, erased_events.c.key).where(erased_events.c.feed == feed)
        for some in connection.execute(query).partitions(100_000):
            text = msgspec.json.encode([tuple(one) for one in some]).decode()
            self._scratch.execute(
                "UPDATE part_rows SET problem = 0 FROM "
                "(SELECT unnest(from_json($1, '[[\"BIGINT\"]]')) AS e) WHERE day = e[1] AND key = e[2]",
                [text],
            )

    def _resolve(self, connection: Connection, file: PlainFile) -> str:
        """Make handles and facets known, and connect people; return the column of the facets' digests."""
        self._handles.resolve(connection, NEEDED.format(account=literal(file.account)))
        if file.settings.link_by == "all" or file.feed not in NOT_LINKING:
            link(self._scratch, connection, PAIRS)
        self._handles.store_new(connection)
        return self._facets.resolve(connection)

    def _count(self, connection: Connection, row: LedgerRow, first_id: int, changed: int) -> None:
        """Add the numbers of the part to those of the file."""
        query = select(func.count(), func.max(responsys_events.c.id)).where(responsys_events.c.id > first_id)
        new, highest = connection.execute(query).one()
        if highest:
            connection.execute(update(event_folds).values(issued=highest))
        events, bad, last = self._scratch.execute(COUNTS.format(position=row.position)).fetchall()[0]
        row.lines += events + bad
        row.events += events
        row.new += new
        row.quarantined += bad
        row.differing += changed - new
        row.position = max(last or 0, row.position)


def feed_number(connection: Connection, word: str) -> int:
    """Return the number of a feed's word; a new word gets the next one."""
    found = connection.scalar(select(event_feeds.c.id).where(event_feeds.c.word == word))
    if found is None:
        found = (connection.scalar(select(func.max(event_feeds.c.id))) or 0) + 1
        connection.execute(insert(event_feeds).values(id=found, word=word))
    return int(found)
