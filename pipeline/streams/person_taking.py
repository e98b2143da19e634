"""Taking pages of records that come with their person: profiles, and members by their RIID."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from pipeline.model.source_record import SourceRecord
from pipeline.streams.page_taking import PageTaking
from pipeline.streams.record_store import KnownRecord, note_gone
from pipeline.streams.sendable_records import unbarred


@dataclass
class PersonTaking(PageTaking):
    """Takes pages of one source; each record comes with its person."""

    def forget(self, connection: Connection, missing: Collection[str]) -> None:
        """Note that records are no longer there; nothing follows from that."""
        note_gone(connection, self.source, missing)
        self.counts.changed += len(missing)
        self.counts.gone += len(missing)

    def _identify(
        self,
        connection: Connection,
        rows: Sequence[SourceRecord],
        moved: Sequence[SourceRecord],
        known: Mapping[str, KnownRecord],
    ) -> None:
        """Leave people as they are."""

    def _note_moved(self, connection: Connection, moved: Sequence[SourceRecord]) -> None:
        """Leave stamps as they are: they are moments of reading, and are never compared."""

    def _sendable(self, _connection: Connection, rows: Sequence[SourceRecord]) -> list[SourceRecord]:
        """Return the records to send: without barred ones, and without those that are gone."""
        return unbarred(rows)
