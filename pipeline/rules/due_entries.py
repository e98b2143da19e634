"""Due entries: put off until now, with their records as they are now and the columns that rules look at.

They are read before the transaction that decides about them, 200 at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row

from pipeline.model.record_reader import RecordLookup
from pipeline.model.rule import Rule
from pipeline.model.source import SalesforceSource, Source
from pipeline.model.source_record import SourceRecord
from pipeline.people.assign import assign
from pipeline.rules.entry_store import due_entries
from pipeline.rules.outside import Columns, Outside
from pipeline.stores.database import reading
from pipeline.streams.belonging import make_people
from pipeline.streams.histories import for_each_person

AT_ONCE = 200  # records that an org is asked for by id


@dataclass
class DueEntries:
    """Entries that are due; ``columns`` by the names of the rule and the record."""

    entries: Sequence[Row[Any]] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    records: Sequence[SourceRecord] = ()
    columns: Mapping[tuple[str, str], Columns] = field(default_factory=dict)

    def assign(self, connection: Connection) -> None:
        """Give the records their people; events have theirs."""
        records = [record for record in self.records if record.in_org]
        if records:
            make_people(connection, records)
            assign(connection, records)

    def askings(self) -> Iterator[tuple[Rule, Row[Any], SourceRecord]]:
        """Yield rules with entries and records; a record that is not there any more is gone."""
        by_person = {(record.id, record.person): record for record in self.records}
        by_id = {record.id: record for record in self.records if not record.parent}
        for entry in self.entries:
            found = by_person.get((entry.record, entry.person)) or by_id.get(entry.record)
            yield self.rules[entry.rule], entry, found or gone(entry)


def gone(entry: Row[Any]) -> SourceRecord:
    """Return the record of an entry that the org does not know any more."""
    return SourceRecord(entry.source, entry.record, "", 0, person=entry.person, gone=True)


def read_due(
    engine: Engine,
    reader: RecordLookup,
    source: Source,
    rules: Mapping[str, Rule],
    outside: Outside,
    now: datetime,
) -> DueEntries:
    """Read the entries that are due, their records, and columns for those of rules that look at some."""
    if not rules:
        return DueEntries()
    with reading(engine) as connection:
        entries = due_entries(connection, source.name, list(rules), now, AT_ONCE)
    if not entries:
        return DueEntries()
    records = read_records(reader, source, list(dict.fromkeys(entry.record for entry in entries)))
    return DueEntries(entries, rules, records, read_columns(entries, rules, records, outside))


def read_records(reader: RecordLookup, source: Source, ids: Sequence[str]) -> list[SourceRecord]:
    """Read records by their ids; rows of a history once for each of their people."""
    found = reader.by_ids(ids)
    if not (isinstance(source, SalesforceSource) and source.of):
        return list(found)
    people = reader.people_of(list(dict.fromkeys(row.parent for row in found if row.parent)))
    return for_each_person([replace(row, person=None) for row in found], people)


def read_columns(
    entries: Sequence[Row[Any]],
    rules: Mapping[str, Rule],
    records: Sequence[SourceRecord],
    outside: Outside,
) -> dict[tuple[str, str], Columns]:
    """Read columns of Responsys, a call for each rule that looks at any."""
    columns: dict[tuple[str, str], Columns] = {}
    for name, rule in rules.items():
        wanted = {entry.record for entry in entries if entry.rule == name} if rule.only_if else set()
        if wanted:
            found = outside.columns(rule, [record for record in records if record.id in wanted])
            columns |= {(name, record): values for record, values in found.items()}
    return columns
