"""Writes to a side: its state after a decision to write, and after the verdict."""

from dataclasses import replace
from typing import Any

from pipeline.pairs.field_state import (
    OTHER,
    SIDES,
    SKIPPED,
    FieldDecision,
    FieldState,
    OpenWrite,
    PairTerms,
    SideName,
    SideReading,
    SideWrite,
)


def write_side(
    state: FieldState, name: SideName, value: Any, reading: SideReading, terms: PairTerms
) -> tuple[FieldState, tuple[SideWrite, ...]]:
    """Return the state after a value was written to a side, and the write; none if it is skipped."""
    stored = terms.stored(name, value)
    if stored is SKIPPED:
        return state, ()
    side = state.side(name)
    known = side.here in side.sent or side.here in side.replaced or side.here == stored
    changed = replace(
        side,
        here=stored,
        back=side.back if side.open else side.here,
        sent=side.sent if stored in side.sent else (*side.sent, stored),
        replaced=side.replaced if known else (*side.replaced, side.here),
        open=(*side.open, OpenWrite(reading.number, stored)),
        settles=max(side.settles, reading.at + terms.settle),
        refused="",
        waits=False,
        arrived=False,
    )
    return state.put(name, changed), (SideWrite(name, value, reading.number),)


def pass_on(
    state: FieldState, name: SideName, reading: SideReading, terms: PairTerms
) -> tuple[FieldState, tuple[SideWrite, ...]]:
    """Write one side's value to the other side, unless that has it."""
    value, other = state.side(name).here, OTHER[name]
    stored = terms.stored(other, value)
    if stored is SKIPPED or stored == state.side(other).here:
        return state, ()
    return write_side(state, other, value, reading, terms)


def write_both(state: FieldState, value: Any, reading: SideReading, terms: PairTerms) -> FieldDecision:
    """Write a value to each side that does not have it, or may lose it to a write under way."""
    writes: tuple[SideWrite, ...] = ()
    for name in SIDES:
        side = state.side(name)
        if side.open or side.here != terms.stored(name, value):
            state, added = write_side(state, name, value, reading, terms)
            writes += added
    return FieldDecision(state, "settled", writes)


def withdraw_write(state: FieldState, name: SideName, number: int) -> FieldState:
    """Return the state without a write to a side that was decided and never went out."""
    side = state.side(name)
    rest = tuple(one for one in side.open if one.number != number)
    return state if rest == side.open else state.put(name, replace(side, open=rest))


def take_verdict(
    state: FieldState, name: SideName, number: int, code: str, now: int, terms: PairTerms
) -> FieldDecision:
    """Close the writes of a side up to a number; ``code``: "" if they arrived.

    A later activation carries the values of earlier ones that it was laid over, so its verdict is theirs.
    """
    side = state.side(name)
    closed = [one for one in side.open if one.number <= number]
    if not closed:
        return FieldDecision(state, "known")
    rest = tuple(one for one in side.open if one.number > number)
    changed = replace(side, open=rest, settles=max(side.settles, now + terms.settle))
    if not code:
        return FieldDecision(state.put(name, replace(changed, back=closed[-1].value)), "arrived")
    if rest:
        return FieldDecision(state.put(name, changed), "refused")
    return FieldDecision(state.put(name, replace(changed, here=side.back, refused=code)), "refused")
