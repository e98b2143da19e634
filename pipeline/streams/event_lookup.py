"""Events by the ids of their records: "31" of a file, "hook:7" of a webhook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from pipeline.model.source_record import SourceRecord
from pipeline.stores.database import reading
from pipeline.streams.event_reader import EventReader
from pipeline.streams.hook_reader import PREFIX, HookReader


@dataclass(frozen=True)
class EventLookup:
    """Finds stored events, those of files and of webhooks."""

    engine: Engine
    files: EventReader
    hooks: HookReader

    def by_ids(self, ids: Sequence[str]) -> Sequence[SourceRecord]:
        """Return events, as far as they are still stored."""
        hooks = [int(each.removeprefix(PREFIX)) for each in ids if each.startswith(PREFIX)]
        rows = [int(each) for each in ids if each.isdigit()]
        with reading(self.engine) as connection:
            return [
                *self.files.by_numbers(connection, rows),
                *self.hooks.by_numbers(connection, hooks),
            ]

    def of_day(self, connection: Connection, day: int) -> list[SourceRecord]:
        """Return the kept events of a day since the epoch, in the order of their time."""
        found = [*self.files.of_day(connection, day), *self.hooks.of_day(connection, day)]
        return sorted(found, key=lambda event: event.stamp)

    def people_of(self, _parents: Sequence[str]) -> Mapping[str, Sequence[SourceRecord]]:
        """Return no record: each event has its person."""
        return {}
