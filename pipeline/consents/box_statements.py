"""Boxes for opting out on records of Salesforce: a tick becomes a statement, a cleared box a question.

A tick that our own write has set is no statement. Neither is an old tick that is read after a new epoch
began.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.consents.addresses import digest_of_address
from pipeline.consents.statement import OUT, Kind, Statement
from pipeline.model.source_record import SourceRecord

BOX = "HasOptedOutOfEmail"
ADDRESS = "Email"


@dataclass(frozen=True)
class BoxReading:
    """The box of one record, now and as it was known; None: it was not known."""

    record: SourceRecord
    is_ticked: bool
    was_ticked: bool | None
    address_changed: bool
    known_since: int  # stamp as it was known; its own, if that is not known

    @classmethod
    def of(cls, record: SourceRecord) -> "BoxReading | None":
        """Read a record; None: it has no box, or is gone."""
        now = record.fields.get(BOX)
        if record.gone or not isinstance(now, bool):
            return None
        before: dict[str, Any] = dict(record.before["fields"]) if record.before else {}
        was = before.get(BOX)
        moved = ADDRESS in before and named_by(before) != named_by(record.fields)
        since = record.before.get("stamp", record.stamp) if record.before else record.stamp
        return cls(record, now, was if isinstance(was, bool) else None, moved, since)

    @property
    def has_appeared(self) -> bool:
        """Whether the record is new at its address."""
        return self.was_ticked is None or self.address_changed

    @property
    def was_cleared(self) -> bool:
        """Whether the tick was taken away."""
        return bool(self.was_ticked) and not self.is_ticked and not self.address_changed

    @property
    def stays_clear(self) -> bool:
        """Whether there was no tick, and is none."""
        return self.was_ticked is False and not self.is_ticked and not self.address_changed

    def kind(self, *, is_baseline: bool, is_ticked_again: bool = False) -> Kind | None:
        """Return the kind of statement that a tick makes; None: the box is clear, or the tick is known.

        A box that is ticked when it is first read counts, though the moment of the tick is not known: it is
        safer not to write to the person.
        """
        if not self.is_ticked:
            return None
        if self.was_ticked and not self.address_changed:
            return "box" if is_ticked_again else None
        if self.was_ticked:
            return "moved"
        if self.was_ticked is not None:
            return "box"
        return "existing" if is_baseline or self.record.before is not None else "new"


def named_by(fields: Mapping[str, Any]) -> str:
    """Return the digest of the address in some fields, "" for none."""
    return digest_of_address(str(fields.get(ADDRESS) or ""))


def statement_of_box(
    reading: BoxReading, kind: Kind, address: str, channel: str, since: int = 0
) -> Statement:
    """Return the statement of a ticked box, at the stamp of its record; ``since``: no older than this."""
    record = reading.record
    return Statement(
        key=f"box:{record.source}:{record.id}:{record.stamp}:{address[:16]}",
        address=address,
        channel=channel,
        wish=OUT,
        kind=kind,
        source=record.source,
        at=max(record.stamp, since),
        evidence={"record": record.id, "object": record.table, "field": BOX, "stamp": record.stamp},
    )


def readings_of(records: Iterable[SourceRecord]) -> list[BoxReading]:
    """Return the boxes of some records."""
    return [found for record in records if (found := BoxReading.of(record)) is not None]
