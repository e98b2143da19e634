"""Changes of a page: records that differ from their stored ones."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from pipeline.model.source_record import SourceRecord
from pipeline.streams.record_bodies import is_altered, read_body, unsent_body
from pipeline.streams.record_store import KnownRecord

Bodies = Mapping[str, tuple[str, str]]  # digest and body, by record


def changed_and_moved(
    records: Sequence[SourceRecord], known: Mapping[str, KnownRecord], bodies: Bodies, *, is_history: bool
) -> tuple[list[SourceRecord], list[SourceRecord]]:
    """Return records that are new or differ, and records with only a newer stamp; drop older ones."""
    changed, moved = [], []
    for record in records:
        before = known.get(record.id)
        if before is None:
            changed.append(record)
        elif is_history or not before.digest or record.stamp < before.stamp:
            continue  # a row of a history never changes, though fields of its parent do
        elif before.digest != bodies[record.id][0]:
            record.before = {**read_body(before.body), "stamp": before.stamp}
            changed.append(record)
        elif record.stamp > before.stamp:
            moved.append(record)
    return changed, moved


def altered_number(changed: Sequence[SourceRecord], told: Collection[str] | None) -> int:
    """Count records with other variables than before.

    ``told``: profiles of a pair's people that the other side is told of; only they count, for other changes
    come back from a write to this side. None: no pair has the records.
    """
    altered = [record for record in changed if is_altered(record)]
    if told is None:
        return len(altered)
    return sum(record.gone or f"person:{record.person}" in told for record in altered)


def unsent_bodies(
    rows: Sequence[SourceRecord], sendable: Sequence[SourceRecord], bodies: Bodies
) -> dict[str, tuple[str, str]]:
    """Return digests and bodies of the records that are not sent."""
    sent = {row.id for row in sendable}
    return {row.id: (bodies[row.id][0], unsent_body(row)) for row in rows if row.id not in sent}


def distinct_records(rows: Sequence[SourceRecord]) -> list[SourceRecord]:
    """Return each record once; one of several people has no person of its own."""
    found: dict[str, SourceRecord] = {}
    for row in rows:
        found[row.id] = replace(row, person=None) if row.id in found else row
    return list(found.values())


def unchanged_records(
    records: Sequence[SourceRecord], known: Mapping[str, KnownRecord]
) -> list[SourceRecord]:
    """Give the records that are current their known people, and return them."""
    found = [record for record in records if is_current(record, known.get(record.id))]
    for record in found:
        record.person = known[record.id].person
    return found


def is_current(record: SourceRecord, before: KnownRecord | None) -> bool:
    """Tell whether a record is known and not gone, and this reading is no older than the known one."""
    return before is not None and bool(before.digest) and not before.gone and record.stamp >= before.stamp


def other_records(records: Sequence[SourceRecord], rows: Sequence[SourceRecord]) -> list[SourceRecord]:
    """Return the records of a page of which there is no row."""
    ids = {row.id for row in rows}
    return [record for record in records if record.id not in ids]
