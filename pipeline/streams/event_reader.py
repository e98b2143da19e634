"""Reading of events that files told, in the order in which they were stored, each with its person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from pipeline.model.event_flags import FAILED, UNLINKED
from pipeline.model.feeds import FAILED_RECEIPT
from pipeline.model.source import EventsSource
from pipeline.model.source_record import SourceRecord
from pipeline.stores.event_tables import event_files, responsys_events
from pipeline.streams.event_choice import EventChoice, among, choose
from pipeline.streams.event_people import name_people
from pipeline.streams.event_variables import MS, further_columns, variables_of
from pipeline.streams.hook_rows import told_by_hooks
from pipeline.streams.record_store import MARK

QUERY = """
    SELECT e.id, e.feed, e.flags, e.captured, h.person, h.kind, h.value, a.label, e.file,
        COALESCE(e.other, x.other), e.phone, e.customer,
        x.campaign, x.launch, x.list, x.offer, x.category, x.url, x.segment
    FROM responsys_events e JOIN event_facets x ON x.id = e.facet
    LEFT JOIN handles h ON h.id = e.handle LEFT JOIN handles a ON a.id = e.address
    WHERE {choice} AND {condition} ORDER BY e.id
"""


@dataclass
class EventReader:
    """Reads the events of one source; ``fields``: variables that followers look at, null where absent.

    ``account``: the one in the names of the files that are meant; "": any.
    """

    source: EventsSource
    account: str = ""
    fields: Sequence[str] = ()
    mark, full_mark = "mark_stamp", "full_stamp"  # columns of the stream with the ids of the last ones taken
    _columns: dict[int, list[str]] = field(default_factory=dict)  # further ones, by file

    def top(self, connection: Connection) -> int:
        """Return the id of the newest event; 0: there is none."""
        return connection.scalar(select(func.max(responsys_events.c.id))) or 0

    def after(
        self, connection: Connection, place: int, top: int, most: int
    ) -> tuple[list[SourceRecord], int]:
        """Return the next events up to ``top``, and the id up to which all were read."""
        sign = MARK[connection.dialect.name]
        condition, choice = f"e.id > {sign} AND e.id <= {sign}", self.choice(connection)
        rows = self._rows(connection, choice, condition, (place, top), f"LIMIT {int(most)}")
        upto = rows[-1][0] if len(rows) == most else top
        told = told_by_hooks(connection, self.source.connector, [row[0] for row in rows])
        return self._records(connection, choice, [row for row in rows if row[0] not in told]), upto

    def by_numbers(self, connection: Connection, ids: Sequence[int]) -> list[SourceRecord]:
        """Return events by their ids, as far as they are still stored."""
        if not ids:
            return []
        choice = self.choice(connection)
        rows = self._rows(connection, choice, f"e.id IN ({', '.join(map(str, ids))})")
        return self._records(connection, choice, rows)

    def of_day(self, connection: Connection, day: int) -> list[SourceRecord]:
        """Return the events of a day since the epoch that no webhook told."""
        choice = self.choice(connection)
        feeds = among("e.feed", choice.words if choice.feeds is None else choice.feeds)
        rows = self._rows(connection, choice, f"{feeds} AND e.day = {int(day)}")
        told = told_by_hooks(connection, self.source.connector, [row[0] for row in rows])
        return self._records(connection, choice, [row for row in rows if row[0] not in told])

    def choice(self, connection: Connection) -> EventChoice:
        """Return the events that the source means, as the store numbers them now."""
        return choose(connection, self.source.types, self.account)

    def _rows(
        self, connection: Connection, choice: EventChoice, condition: str, values: tuple[int, ...] = (),
        limit: str = "",
    ) -> Sequence[Sequence[Any]]:  # fmt: skip
        query = QUERY.format(choice=choice.condition, condition=condition) + limit
        rows: Sequence[Sequence[Any]] = connection.exec_driver_sql(query, values).cursor.fetchall()
        return rows

    def _records(
        self, connection: Connection, choice: EventChoice, rows: Sequence[Sequence[Any]]
    ) -> list[SourceRecord]:
        self._learn_columns(connection, {row[8] for row in rows})
        records = list(self._each(choice, rows))
        name_people(connection, records)
        return records

    def _each(self, choice: EventChoice, rows: Sequence[Sequence[Any]]) -> Iterator[SourceRecord]:
        """Yield the events of the types that are meant: a receipt may tell of a failure."""
        absent = dict.fromkeys(self.fields)
        for number, feed, flags, captured, person, kind, value, label, file, other, *shared in rows:
            word = FAILED_RECEIPT if flags & FAILED else choice.words[feed]
            if self.source.types and word not in self.source.types:
                continue
            values = variables_of(word, captured, shared, further_columns(self._columns[file], other))
            has_riid = kind == "riid"
            yield SourceRecord(
                self.source.name,
                str(number),
                word,
                captured * MS,
                values=values,
                fields=absent | values if absent else {},
                email="" if has_riid and flags & UNLINKED else label or "",
                riid=value if has_riid else "",
                in_org=False,
                person=person,
            )

    def _learn_columns(self, connection: Connection, files: set[int]) -> None:
        """Read the names of the further columns of files."""
        if missing := files - self._columns.keys():
            query = select(event_files.c.id, event_files.c.other_columns)
            rows = connection.execute(query.where(event_files.c.id.in_(missing)))
            self._columns |= {number: [] for number in missing}
            self._columns |= {number: names or [] for number, names in rows}
