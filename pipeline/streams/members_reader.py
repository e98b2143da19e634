"""Reading of members: columns of the list and of an extension table, of up to 200 RIIDs in a call each.

If the destinations of its audience write people's records, a source marks the members of people without a
record. Such a member is left out. When a record becomes known the mark goes, so the member differs from its
stored values and is sent.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, select

from pipeline.model.source import MembersSource
from pipeline.model.source_record import SourceRecord
from pipeline.people.primary import primaries_of
from pipeline.stores.database import reading
from pipeline.stores.people_tables import handles

ADDRESS = "EMAIL_ADDRESS_"
TABLE = "Member"
WITHOUT_RECORD = {"record": "none"}  # among the keys of a member

Columns = Mapping[str, str | None]
ReadRows = Callable[[Sequence[str], Sequence[str]], Mapping[str, Columns]]  # RIIDs and columns; by RIID


@dataclass(frozen=True)
class MembersReader:
    """Reads members of one source; ``further``: columns or variables that followers look at.

    ``needs_records``: its audience ends at records of people, and those without one are left out.
    """

    engine: Engine
    source: MembersSource
    account: str
    members: ReadRows
    table: ReadRows | None = None
    further: Sequence[str] = ()
    needs_records: bool = False

    def by_ids(self, ids: Sequence[str]) -> Sequence[SourceRecord]:
        """Return the members with some RIIDs; those that are not in the list are left out."""
        own = (handles.c.kind == "riid") & (handles.c.scope == self.account) & handles.c.value.in_(ids)
        with reading(self.engine) as connection:
            query = select(handles.c.value, handles.c.person).where(own)
            people = {row.value: row.person for row in connection.execute(query)}
        return self.read(people)

    def people_of(self, _parents: Sequence[str]) -> Mapping[str, Sequence[SourceRecord]]:
        """Return no record: a member has no history."""
        return {}

    def read(self, people: Mapping[str, int]) -> list[SourceRecord]:
        """Return the members with some RIIDs, each with its person; ``people``: by RIID."""
        if not people:
            return []
        stamp, ids = round(time.time() * 1000), list(people)
        columns = [name for name in (*self.source.columns, *self._columns_of_rules) if name != ADDRESS]
        members = self.members(ids, [ADDRESS, *dict.fromkeys(columns)])
        present = [riid for riid in ids if riid in members]
        rows = self.table(present, list(self.source.fields)) if self.table and present else {}
        records = [
            self._record(riid, people[riid], {**members[riid], **rows.get(riid, {})}, stamp)
            for riid in present
        ]
        if self.needs_records:
            self._mark(records)
        return records

    def _mark(self, records: Sequence[SourceRecord]) -> None:
        """Mark the members of people that have no record."""
        with reading(self.engine) as connection:
            known = primaries_of(connection, {one.person for one in records if one.person is not None})
        for one in records:
            if one.person not in known:
                one.keys = WITHOUT_RECORD

    @property
    def _columns_of_rules(self) -> list[str]:
        """The columns of the list that followers look at, beside those that are read anyway."""
        own = {*self.source.columns, *self.source.fields, *self.source.variables}
        return [name for name in self.further if name not in own]

    def _record(self, riid: str, person: int, row: Columns, stamp: int) -> SourceRecord:
        """Put a member together."""
        names = {**self.source.columns, **self.source.fields}
        values = {variable: row.get(column) for column, variable in names.items()}
        seen = {**row, **values}
        return SourceRecord(
            source=self.source.name,
            id=riid,
            table=TABLE,
            stamp=stamp,
            values=values,
            fields={name: seen.get(name) for name in self.further},
            person=person,
            email=(row.get(ADDRESS) or "").strip().lower(),
            riid=riid,
            in_org=False,
        )
