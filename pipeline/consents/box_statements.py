"""Boxes of Salesforce: statements of records whose box of opting out was ticked, and boxes that were cleared.

A tick that our own write has set is no statement, nor is an old one that is still on its way after a new
epoch began.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.consents.addresses import digest_of_address
from pipeline.consents.statement import OUT, Kind, Statement
from pipeline.model.source_record import SourceRecord

BOX = "HasOptedOutOfEmail"
ADDRESS = "Email"
CLOCKS = 2_000  # ms by which the clocks of the org and ours may differ
LANDED = 5_000  # ms after an answer in which its write may still be read for the first time
UNDER_WAY = 600_000  # ms after a later telling in which a call with the earlier one may still end


@dataclass(frozen=True)
class Tell:
    """One thing that a destination of the org was told.

    ``settled_at`` None: it may be under way; ``has_reached``: the answer says that the record has it.
    """

    destination: str
    status: str
    sent_at: int
    settled_at: int | None
    has_reached: bool = False


@dataclass(frozen=True)
class BoxReading:
    """The box of one record, now and as it was known; None: it was not known."""

    record: SourceRecord
    is_ticked: bool
    was_ticked: bool | None
    address_changed: bool

    @classmethod
    def of(cls, record: SourceRecord) -> "BoxReading | None":
        """Read a record; None: it has no box, or is gone."""
        now = record.fields.get(BOX)
        if record.gone or not isinstance(now, bool):
            return None
        before: dict[str, Any] = dict(record.before["fields"]) if record.before else {}
        was = before.get(BOX)
        moved = ADDRESS in before and named_by(before) != named_by(record.fields)
        return cls(record, now, was if isinstance(was, bool) else None, moved)

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
        """Return the kind of statement that a tick is; None: there is none, or it says nothing new.

        A box that is ticked when it is first read counts, though nobody saw the tick: not to write to the
        person is the safe side.
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


def statement_of_box(reading: BoxReading, kind: Kind, address: str, channel: str) -> Statement:
    """Return the statement of a ticked box, at the stamp of its record."""
    record = reading.record
    return Statement(
        key=f"box:{record.source}:{record.id}:{record.stamp}:{address[:16]}",
        address=address,
        channel=channel,
        wish=OUT,
        kind=kind,
        source=record.source,
        at=record.stamp,
        evidence={"record": record.id, "object": record.table, "field": BOX, "stamp": record.stamp},
    )


def readings_of(records: Iterable[SourceRecord]) -> list[BoxReading]:
    """Return the boxes of some records."""
    return [found for record in records if (found := BoxReading.of(record)) is not None]


def is_own_write(stamp: int, tells: Sequence[Tell], status: str) -> bool:
    """Tell whether a box may be as it is because we have written it.

    ``status``: "out" of a tick, "in" of a box that was cleared. A write counts from its sending to its
    answer; without one until a later telling has taken its place. Once the opposite was answered, it is
    not ours.
    """
    return any(
        tell.sent_at <= stamp + CLOCKS and stamp <= end_of(tell, tells)
        for tell in tells
        if tell.status == status and not is_undone(stamp, tell, tells)
    )


def is_set_back(stamp: int, tells: Sequence[Tell], status: str) -> bool:
    """Tell whether our last write, of a status, has reached a box that is otherwise: then it was set back."""
    return any(
        tell.has_reached and tell.settled_at is not None and tell.settled_at + CLOCKS < stamp
        for tell in tells[-1:]
        if tell.status == status
    )


def end_of(tell: Tell, tells: Sequence[Tell]) -> float:
    """Return the last moment at which the write of a telling may be read for the first time."""
    after = [one for one in later_ones(tell, tells) if one is not tell]
    answers = [one.settled_at + LANDED for one in (tell, *after) if one.settled_at is not None]
    replaced = [one.sent_at + UNDER_WAY for one in after]
    return min([*answers, *replaced], default=float("inf"))


def is_undone(stamp: int, tell: Tell, tells: Sequence[Tell]) -> bool:
    """Tell whether the opposite was answered after a telling, and before the box was read so."""
    opposite = (one for one in later_ones(tell, tells) if one.status != tell.status)
    return any(one.settled_at is not None and one.settled_at <= stamp for one in opposite)


def later_ones(tell: Tell, tells: Sequence[Tell]) -> list[Tell]:
    """Return the tellings of the same destination from one on."""
    return [one for one in tells if one.destination == tell.destination and one.sent_at >= tell.sent_at]
