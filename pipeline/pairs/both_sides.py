"""Both sides of people: the records that a pair compares, a page at once.

Salesforce's side is a person's primary record; Responsys' is the member with the RIID that was told last.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from pipeline.pairs.field_state import RESPONSYS, SALESFORCE, SIDES, SideName
from pipeline.pairs.field_store import MARK, UNFOLDED
from pipeline.pairs.open_pair import OpenPair
from pipeline.people.known_identifiers import identifiers_of
from pipeline.streams.record_bodies import read_body, values_of_body

IDENTIFIER: Mapping[SideName, str] = {SALESFORCE: "salesforce_id", RESPONSYS: "riid"}
RECORDS = (
    "SELECT r.person, r.source, r.record, r.stamp, r.gone, r.body FROM {people} AS j{alias} {first} "
    "JOIN records r ON r.person = j.value WHERE r.source IN ({sources})"
)


class SideRecord(NamedTuple):
    """A record as a source last read it."""

    person: int
    source: str
    record: str
    stamp: int
    gone: bool
    body: str

    @property
    def values(self) -> Mapping[str, Any]:
        """The variables."""
        return values_of_body(self.body)

    @property
    def sent(self) -> Mapping[str, Any]:
        """The variables as they were when the record was last in no conflict."""
        found: Mapping[str, Any] = read_body(self.body)["sent"]
        return found


class BothSides:
    """The records and the identifiers of some people."""

    def __init__(self, connection: Connection, pair: OpenPair, people: Collection[int]) -> None:
        self._identifiers = identifiers_of(connection, people)
        self._sides = {source: pair.side_of(source) for source in pair.pair.sources}
        self._records: defaultdict[int, list[SideRecord]] = defaultdict(list)
        for row in read_records(connection, pair.pair.sources, people):
            self._records[row.person].append(row)

    def identifiers(self, person: int) -> dict[str, str]:
        """Return the RIID and the id of Salesforce, as far as they are known."""
        return self._identifiers.get(person, {})

    def record(self, person: int, side: SideName) -> SideRecord | None:
        """Return the record that is a person's side; None: the side is not known."""
        wanted = self.identifiers(person).get(IDENTIFIER[side])
        for row in self._records.get(person, ()):
            if row.record == wanted and self._sides[row.source] == side and not row.gone:
                return row
        return None

    def whole(self, person: int) -> dict[SideName, SideRecord] | None:
        """Return the records of both sides; None: one is not known, and the person takes no part."""
        found = {side: row for side in SIDES if (row := self.record(person, side)) is not None}
        return found if len(found) == len(SIDES) else None

    def had_other(self, person: int, side: SideName, record: str) -> bool:
        """Tell whether another record of a person was read of a side."""
        rows = self._records.get(person, ())
        return any(row.record != record and self._sides[row.source] == side for row in rows)


def read_records(
    connection: Connection, sources: Collection[str], people: Collection[int]
) -> list[SideRecord]:
    """Return the records of some people that some sources have read."""
    dialect = connection.dialect.name
    query = RECORDS.format(
        people=UNFOLDED[dialect],
        alias="" if dialect == "sqlite" else "(value)",
        first="CROSS" if dialect == "sqlite" else "",
        sources=", ".join([MARK[dialect]] * len(sources)),
    )
    listed: Any = msgspec.json.encode(list(people)).decode() if dialect == "sqlite" else list(people)
    rows = connection.exec_driver_sql(query, (listed, *sources)).cursor.fetchall()
    return [SideRecord._make(row) for row in rows]


def has_records(connection: Connection, sources: Collection[str]) -> bool:
    """Tell whether any of some sources has read anything."""
    mark = MARK[connection.dialect.name]
    query = "SELECT 1 FROM records WHERE source IN ({marks}) LIMIT 1"
    text = query.format(marks=", ".join([mark] * len(sources)))
    return connection.exec_driver_sql(text, tuple(sources)).cursor.fetchone() is not None
