"""Rows of a query's answer, as records with their variables."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from pipeline.errors import Held
from pipeline.model.mapping import RecordMapping
from pipeline.model.source_record import SourceRecord
from pipeline.salesforce.source_fields import SourceFields
from pipeline.wire.answers import OddAnswer, text_at

ID = re.compile(r"[0-9A-Za-z]{1,18}")
OF_PEOPLE = ("00Q", "003")  # first characters of the ids of leads and contacts


class RecordRows:
    """Turns rows into records; a value that the mapping should have known holds the source.

    A row of another shape than documented raises an error of ``wire.answers``.
    """

    def __init__(self, fields: SourceFields, mapping: RecordMapping) -> None:
        self._fields = fields
        self._mapping = mapping
        self._source = fields.source
        self._belonging = fields.owners
        self._extra = [(path, path.split(".")) for path in fields.extra]

    def records(self, rows: Sequence[Mapping[str, Any]], org: str) -> list[SourceRecord]:
        """Return the records of rows; a row that comes twice is one record."""
        return list({record.id: record for record in (self._record(row, org) for row in rows)}.values())

    def _record(self, row: Mapping[str, Any], org: str) -> SourceRecord:
        source, get = self._source, row.get
        values, misfits = self._mapping.read(source.object, row)
        for misfit in misfits:
            if misfit.for_all:
                raise Held("destination", "MAPPING", str(misfit))
        belongs = self._owner(row) if self._belonging else ""
        return SourceRecord(
            source=source.name,
            id=id_of(row),
            table=source.object,
            stamp=moment_of(row[self._fields.stamp]),
            values=values,
            fields={path: value_at(row, steps) for path, steps in self._extra},
            org=org,
            parent=id_at(row, source.of) if source.of else "",
            gone=bool(get("IsDeleted")),
            survivor=id_at(row, "MasterRecordId"),
            contact=id_at(row, "ConvertedContactId"),
            email=text_at(row, "Email"),
            family=text_at(row, "LastName"),
            riid=str(get(self._fields.riid) or "") if self._fields.riid else "",
            keys={name: str(row[name]) for name in source.key_fields if get(name)},
            people=(belongs,) if belongs else (),
        )

    def _owner(self, row: Mapping[str, Any]) -> str:
        """Return the lead or contact that a row belongs to, "" if it names none."""
        owners = (id_at(row, name) for name in self._belonging)
        return next((owner for owner in owners if owner.startswith(OF_PEOPLE)), "")


def id_of(row: Mapping[str, Any]) -> str:
    """Return the id of a row, without which it is no record."""
    if found := id_at(row, "Id"):
        return found
    raise OddAnswer("a record has no Id")


def id_at(row: Mapping[str, Any], name: str) -> str:
    """Return an id of a row, "" if it is absent or null; raises OddAnswer if it is none."""
    found = text_at(row, name)
    if found and not ID.fullmatch(found):
        raise OddAnswer(f"{name} is no id")
    return found


def value_at(row: Mapping[str, Any], steps: Sequence[str]) -> Any:
    """Return the value at a path, None where a parent is missing.

    Raises Held where an answer lacks the field: Salesforce takes any spelling, answers with its own, and an
    absent value is no null.
    """
    value: Any = row
    for step in steps:
        if value is not None and step not in value:
            path = ".".join(steps)
            raise Held("destination", "CONDITION", f'the answer has no "{path}": spell it as Salesforce does')
        value = value[step] if value is not None else None
    return value


@lru_cache(4096)
def moment_of(text: str) -> int:
    """Return a moment in ms since the epoch."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)
