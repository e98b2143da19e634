"""Reading of events that webhooks told, in the order in which they were stored, each with its person."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from pipeline.model.source import EventsSource
from pipeline.model.source_record import SourceRecord
from pipeline.stores.hook_tables import hook_events
from pipeline.streams.event_people import name_people
from pipeline.streams.event_variables import MS, variables_of
from pipeline.streams.hook_rows import HookRow, hook_rows, newest_hook, read_rows, rows_of_hooks

PREFIX = "hook:"  # before the numbers of events


@dataclass
class HookReader:
    """Reads the events of one source; ``fields``: variables that followers look at, null where absent."""

    source: EventsSource
    fields: Sequence[str] = ()
    mark, full_mark = "mark_id", "full_id"  # columns of the stream with the ids of the last ones taken

    def top(self, connection: Connection) -> int:
        """Return the id of the newest event; 0: there is none."""
        return newest_hook(connection)

    def after(
        self, connection: Connection, place: int, top: int, most: int
    ) -> tuple[list[SourceRecord], int]:
        """Return the next events up to ``top``, and the id up to which all were read."""
        rows = hook_rows(connection, self.source.connector, place, top, most, self.source.types)
        upto = rows[-1].id if len(rows) == most else top
        return self._records(connection, rows), upto

    def by_numbers(self, connection: Connection, ids: Sequence[int]) -> list[SourceRecord]:
        """Return events by their ids, as far as they are still stored."""
        return self._records(connection, rows_of_hooks(connection, ids))

    def of_day(self, connection: Connection, day: int) -> list[SourceRecord]:
        """Return the events of a day since the epoch."""
        chosen = (hook_events.c.day == day) & (hook_events.c.connector == self.source.connector)
        rows = read_rows(connection, chosen & hook_events.c.late.is_(False))
        types = self.source.types
        return self._records(connection, [row for row in rows if not types or row.word in types])

    def _records(self, connection: Connection, rows: Sequence[HookRow]) -> list[SourceRecord]:
        records = [self._record(row) for row in rows]
        name_people(connection, records)
        return records

    def _record(self, row: HookRow) -> SourceRecord:
        shared = (None, row.customer, row.campaign)
        values = variables_of(row.word, row.captured, shared, further_values(row.values))
        return SourceRecord(
            self.source.name,
            f"{PREFIX}{row.id}",
            row.word,
            row.captured * MS,
            values=values,
            fields=dict.fromkeys(self.fields) | values if self.fields else {},
            email=row.email or "",
            riid=row.riid or "",
            in_org=False,
            person=row.person,
        )


def further_values(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the texts of an event's content, those of ``other`` among them."""
    for name, value in values.items():
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, Mapping):
            yield from further_values(value)
