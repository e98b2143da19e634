"""Own writes of boxes: the values that the org was told, and whether they account for a box as it is read."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.consents.box_statements import BoxReading

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
    statement: int = 0  # that led to it: of two, the later one has the higher number


def is_own_write(reading: BoxReading, tells: Sequence[Tell], status: str) -> bool:
    """Tell whether our own write since the last reading may explain the value of a box.

    ``status``: "out" for a tick, "in" for a box that was cleared. A write may explain it from its sending to
    its answer; without an answer, until a later write has taken its place. After the answer to the opposite
    write it explains nothing any more.
    """
    stamp = reading.record.stamp
    return any(
        tell.sent_at <= stamp + CLOCKS and min(stamp, reading.known_since) <= end_of(tell, tells)
        for tell in tells
        if tell.status == status and not is_undone(stamp, tell, tells)
    )


def is_set_back(stamp: int, tells: Sequence[Tell], status: str) -> bool:
    """Tell whether our last write was of ``status`` and has reached the box before this reading.

    The box differs now, so a human has set it back.
    """
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
    """Return the tellings of the same destination from one on; ``tells`` are in their order."""
    own = [one for one in tells if one.destination == tell.destination]
    return own[own.index(tell) :]
