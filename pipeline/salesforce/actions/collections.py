"""The write of a batch: collections of 200 records in one composite, and a verdict for each row.

Rows that lead to one record share it: the later ones are laid over the earlier. Records are sorted by type,
as a collection may hold ten runs of one type.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from pipeline.model.action import Identifiers, Verdicts
from pipeline.model.call import Again, Call, Rejection
from pipeline.salesforce.actions.learned import RECORD
from pipeline.salesforce.composite import (
    MOST_QUERIES,
    MOST_RECORDS,
    CompositePart,
    composite_call,
    read_parts,
)
from pipeline.salesforce.connector import SalesforceConnector
from pipeline.salesforce.results import Failure, failure_of, read_results

COLLECTIONS = "/composite/sobjects"
MOST = MOST_QUERIES  # collections in one call
TOO_MANY = Again("TooManyRecords", "more records than one call holds")


@dataclass
class Written:
    """One record to write: by its id, by a unique field, or as a new one; and the rows that led to it."""

    table: str
    values: dict[str, Any]
    id: str | None = None
    key: str = ""  # the unique field; its value is among ``values``
    rows: list[int] = field(default_factory=list)

    @property
    def kind(self) -> tuple[str, str]:
        """Return the kind of write, and the name in its path."""
        if self.id is not None:
            return ("update", "")
        return ("upsert", f"/{self.table}/{self.key}") if self.key else ("create", "")

    @property
    def identity(self) -> tuple[Any, ...] | None:
        """Name the record; None for a new one, which is like no other."""
        if self.id is not None:
            return (self.id,)
        return (self.table, self.key, str(self.values.get(self.key)).lower()) if self.key else None

    def body(self) -> dict[str, Any]:
        """Return the record as a collection has it."""
        own = {} if self.id is None else {"id": self.id}
        return {"attributes": {"type": self.table}, **own, **self.values}


def joined(writes: Iterable[Written]) -> list[Written]:
    """Lay records of one identity over one another, in the order of their rows; then sort by type."""
    found: dict[tuple[Any, ...], Written] = {}
    for number, write in enumerate(writes):
        first = found.setdefault(write.identity or (number,), write)
        if first is not write:
            first.values.update(write.values)
            first.rows += write.rows
    return sorted(found.values(), key=lambda write: write.table)


def chunks_of(writes: Iterable[Written]) -> Iterator[tuple[CompositePart, list[Written]]]:
    """Yield the collections: each as the request that holds its records, with these."""
    by_kind: dict[tuple[str, str], list[Written]] = {}
    for write in joined(writes):
        by_kind.setdefault(write.kind, []).append(write)
    for (kind, place), records in sorted(by_kind.items()):
        for number, start in enumerate(range(0, len(records), MOST_RECORDS)):
            chunk = records[start : start + MOST_RECORDS]
            body = {"allOrNone": False, "records": [write.body() for write in chunk]}
            name = f"{kind}{place.replace('/', '_')}_{number}"
            method = "POST" if kind == "create" else "PATCH"
            yield CompositePart(name, COLLECTIONS + quote(place), method, body), chunk


@dataclass(frozen=True)
class Collections:
    """Writes records of one connector; ``headers`` are those of the destination alone."""

    connector: SalesforceConnector
    headers: Mapping[str, str] = field(default_factory=dict)

    def call(self, writes: Iterable[Written]) -> Call:
        """Return the call; records beyond those that one call may hold are left for later."""
        parts = [part for part, _ in chunks_of(writes)]
        return composite_call(self.connector, [replace(part, headers=self.headers) for part in parts[:MOST]])

    def results(self, count: int, writes: Iterable[Written], answer: Any) -> "WriteResults":
        """Read the answer for ``count`` rows.

        Raises:
            OutcomeUnknown: it does not fit the records.
        """
        chunks = list(chunks_of(writes))
        bodies = read_parts(answer, [part.name for part, _ in chunks[:MOST]])
        judged = [
            judged_write for part, chunk in chunks[:MOST] for judged_write in judge(chunk, bodies[part.name])
        ]
        failures: dict[int, Failure] = {}
        ids: dict[int, str] = {}
        for write, record_id, failure in judged:
            for row in write.rows:
                if failure is not None:
                    failures[row] = worse(failures.get(row), failure)
                elif record_id is not None:
                    ids[row] = record_id
        for row in (row for _, chunk in chunks[MOST:] for write in chunk for row in write.rows):
            failures.setdefault(row, TOO_MANY)
        return WriteResults([failures.get(row) for row in range(count)], ids)


@dataclass(frozen=True)
class WriteResults:
    """The verdicts of rows, and the ids of records that were written for them."""

    verdicts: Verdicts
    ids: Mapping[int, str]

    @property
    def learned(self) -> Mapping[int, Identifiers]:
        """The ids, as a step learns them."""
        return {row: {RECORD: record_id} for row, record_id in self.ids.items()}


def judge(writes: Sequence[Written], answer: Any) -> Iterator[tuple[Written, str | None, Failure | None]]:
    """Yield each record of a collection with its id, as far as that is told, and why it was not written."""
    results = read_results(answer, [write.id for write in writes])
    for write, result in zip(writes, results, strict=True):
        record_id = result.get("id")
        yield write, record_id if isinstance(record_id, str) else None, failure_of(result, write.values)


def worse(before: Failure | None, now: Failure) -> Failure:
    """Return the verdict of a row with several records: refused, or else again."""
    return before if isinstance(before, Rejection) else now
