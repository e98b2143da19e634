"""The search for the records of rows: up to five queries in one call, each of 200 ids or 100 other keys.

A row is looked for by ``salesforce_id``, else by ``riid`` and, where no record has that, by ``email``.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from pipeline.errors import OutcomeUnknown, Refused
from pipeline.model.activation import Activation
from pipeline.salesforce.actions.found_record import ACCOUNT, CONTACT, LEAD, FoundRecord, object_of
from pipeline.salesforce.actions.learned import RECORD
from pipeline.salesforce.composite import CompositePart
from pipeline.salesforce.connector import SalesforceConnector
from pipeline.salesforce.soql import MOST_TEXTS, Clause, among, either, select
from pipeline.wire.codes import UNKNOWN

PERSON = ("Id", "IsDeleted", "MasterRecordId", "Email", "LastName", "SystemModstamp")
BASE: Mapping[str, tuple[str, ...]] = {
    CONTACT: (*PERSON, "IsPersonAccount"),
    LEAD: (*PERSON, "IsConverted", "ConvertedContactId"),
    ACCOUNT: ("Id", "IsDeleted", "MasterRecordId", "PersonContactId"),
}
# Fields that only orgs with person accounts have.
OPTIONAL = frozenset({"IsPersonAccount", "PersonContactId"})


@dataclass(frozen=True)
class FoundRecords:
    """The records that queries found, by their ids and other keys."""

    by_id: dict[str, FoundRecord] = field(default_factory=dict)
    by_riid: dict[str, list[FoundRecord]] = field(default_factory=dict)
    by_email: dict[str, list[FoundRecord]] = field(default_factory=dict)

    def add(self, record: FoundRecord) -> None:
        """Enter a record; a deleted one is found by its id alone."""
        self.by_id[record.id] = record
        if record.is_gone:
            return
        if record.riid:
            self.by_riid.setdefault(record.riid, []).append(record)
        if email := record.values.get("Email"):
            self.by_email.setdefault(str(email).lower(), []).append(record)


@dataclass(frozen=True)
class Search:
    """The search of one destination; ``by_keys``: objects of people that are searched by RIID and address."""

    connector: SalesforceConnector
    by_keys: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]  # further fields to read, by object
    by_address: bool = False  # rows are looked for by their address alone
    absent: set[str] = field(default_factory=set)  # optional fields that the org does not have

    def riid_of(self, row: Activation) -> str:
        """Return the RIID that a row is looked for by, "" for none."""
        by_riid = self.connector.riid_field and not self.by_address
        return row.identifiers.get("riid", "") if by_riid else ""

    def id_of(self, row: Activation) -> str:
        """Return the id that a row is looked for by, "" for none."""
        return "" if self.by_address else row.identifiers.get(RECORD, "")

    def email_of(self, row: Activation) -> str:
        """Return the address that a row is looked for by, "" for none."""
        return row.identifiers.get("email", "").strip().lower()

    def key_of(self, row: Activation) -> str:
        """Name the identifiers that a row is looked for by, without their values."""
        if self.id_of(row):
            return RECORD
        keys = {"riid": self.riid_of(row), "email": self.email_of(row)}
        return " and ".join(name for name, value in keys.items() if value)

    def problem(self, row: Activation) -> str | None:
        """Say why no record can be found, without the value of an identifier."""
        if record_id := self.id_of(row):
            table = object_of(record_id)
            if table in BASE:
                return None
            thing = f"that of a {table}" if table else "none of a person"
            return f'identifier "{RECORD}" is {thing}: give that of a lead, a contact or a person account'
        if self.riid_of(row) or self.email_of(row):
            return None
        keys = (
            ["email"]
            if self.by_address
            else [RECORD, *(["riid"] if self.connector.riid_field else []), "email"]
        )
        return f"no identifier to find a record by: {' or '.join(keys)}"

    def parts(self, rows: Sequence[Activation]) -> list[CompositePart]:
        """Return the queries."""
        ids: dict[str | None, list[str]] = {}
        for record_id in dict.fromkeys(filter(None, map(self.id_of, rows))):
            ids.setdefault(object_of(record_id), []).append(record_id)
        keyed = [row for row in rows if not self.id_of(row)]
        chunks = [keyed[start : start + MOST_TEXTS] for start in range(0, len(keyed), MOST_TEXTS)]
        tables = (table for table in BASE if table in ids or table in self.by_keys)
        return [part for table in tables for part in self._parts_of(table, ids.get(table, []), chunks)]

    def _parts_of(
        self, table: str, ids: Sequence[str], chunks: Sequence[Sequence[Activation]]
    ) -> Iterator[CompositePart]:
        keyed = chunks if table in self.by_keys else ()
        for number, chunk in enumerate(keyed or [()]):
            conditions = self._conditions([] if number else ids, chunk)
            if conditions:
                soql = select(self.columns(table), table, where=either(*conditions))
                yield CompositePart(f"{table}{number}", f"/queryAll?q={quote(soql, safe='')}")

    def _conditions(self, ids: Sequence[str], rows: Sequence[Activation]) -> list[Clause]:
        wanted = {
            "Id": ids,
            self.connector.riid_field: list(dict.fromkeys(filter(None, map(self.riid_of, rows)))),
            "Email": list(dict.fromkeys(filter(None, map(self.email_of, rows)))),
        }
        return [among(name, keys) for name, keys in wanted.items() if keys]

    def columns(self, table: str) -> list[str]:
        """Return the fields that records of an object are read with."""
        further = [*self.fields.get(table, ())]
        if table in (CONTACT, LEAD) and self.connector.riid_field:
            further.append(self.connector.riid_field)
        return [name for name in dict.fromkeys((*BASE[table], *further)) if name not in self.absent]

    def read(self, bodies: Mapping[str, Any], names: Collection[str]) -> FoundRecords:
        """Read the answers to the queries of these names.

        Raises:
            OutcomeUnknown: an answer is none to a query.
            Refused: there are more records than one answer holds; fewer rows have fewer.
        """
        found = FoundRecords()
        for name in names:
            for record in read_records(bodies[name]):
                found.add(FoundRecord.of(record, self.connector.riid_field))
        return found

    def records_of(self, row: Activation, found: FoundRecords) -> list[FoundRecord]:
        """Return the records of a row: that of its id, or those of its RIID, or those of its address."""
        if record_id := self.id_of(row):
            return [found.by_id[record_id]] if record_id in found.by_id else []
        riid = self.riid_of(row)
        return found.by_riid.get(riid) or found.by_email.get(self.email_of(row), [])


def read_records(body: Any) -> list[Mapping[str, Any]]:
    """Return the records of an answer to a query; raises OutcomeUnknown or Refused."""
    records = body.get("records") if isinstance(body, dict) else None
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise OutcomeUnknown(UNKNOWN, "an answer to a query has no records")
    if not body.get("done"):
        raise Refused("TooManyRecords", "more records fit than one answer holds", isolate=True)
    if len(records) != body.get("totalSize", len(records)):
        raise OutcomeUnknown(UNKNOWN, "an answer to a query has another number of records than it counts")
    return records
