"""Conflicts of consents: a box that a human cleared after an opting out; a person answers "out" or "in".

They are kept among the other conflicts, under the kind "consent". Until an answer the state stays out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from pipeline.model.source_record import SourceRecord
from pipeline.stores.people_tables import conflicts

KIND = "consent"


@dataclass(frozen=True)
class ClearedBox:
    """A record with a box that was cleared, the address on it, and its consents."""

    record: SourceRecord
    address: str
    channel: str
    name: str  # of the consents


def open_conflicts_about(connection: Connection, boxes: Sequence[ClearedBox]) -> None:
    """Open a conflict for each address that has none."""
    people = {box.record.person for box in boxes if box.record.person is not None}
    open_ones = {
        (row.whose, row._mapping["values"].get("address"), row._mapping["values"].get("channel"))
        for row in open_conflicts(connection, people)
    }
    for box in boxes:
        person = box.record.person
        place = (person, box.address, box.channel)
        if person is None or place in open_ones:
            continue
        open_ones.add(place)
        values: dict[str, Any] = {"record": box.record.id, "handles": [], "source": box.record.source}
        values |= {"stamp": box.record.stamp, "consents": box.name}
        values |= {"address": box.address, "channel": box.channel}
        row = {"kind": KIND, "whose": person, "other": person, "values": values, "suggestion": "out"}
        connection.execute(insert(conflicts).values(row | {"at": datetime.now(UTC)}))


def open_conflicts(connection: Connection, people: Collection[int] | None = None) -> Sequence[Row[Any]]:
    """Return the open conflicts of consents; ``people``: of these alone."""
    query = select(conflicts).where(conflicts.c.kind == KIND, conflicts.c.settled.is_(None))
    if people is not None:
        query = query.where(conflicts.c.whose.in_(people))
    return connection.execute(query).all()


def close_conflicts(
    connection: Connection, addresses: Collection[str], channel: str, answer: str, by: str
) -> None:
    """Close the open conflicts of some addresses."""
    close_rows(connection, open_of(connection, addresses, channel), answer, by)


def close_older(connection: Connection, said: Mapping[str, int], channel: str) -> set[str]:
    """Close the conflicts that a later opting out answers, and return their addresses.

    ``said``: times of opting out, in ms, by address. One from before the box was cleared answers nothing.
    """
    rows = [
        row
        for row in open_of(connection, said, channel)
        if said[row._mapping["values"]["address"]] >= row._mapping["values"]["stamp"]
    ]
    close_rows(connection, rows, "gone", "statement")
    return {row._mapping["values"]["address"] for row in rows}


def open_of(connection: Connection, addresses: Collection[str], channel: str) -> list[Row[Any]]:
    """Return the open conflicts of some addresses."""
    if not addresses:
        return []
    return [
        row
        for row in open_conflicts(connection)
        if row._mapping["values"].get("address") in addresses
        and row._mapping["values"].get("channel") == channel
    ]


def close_rows(connection: Connection, rows: Sequence[Row[Any]], answer: str, by: str) -> None:
    """Close open conflicts."""
    if rows:
        settled = {"settled": answer, "settled_by": by, "settled_at": datetime.now(UTC)}
        numbers = [row.id for row in rows]
        connection.execute(update(conflicts).where(conflicts.c.id.in_(numbers)).values(settled))
