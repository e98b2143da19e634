"""Fields of a pair that only watches: both sides as they were read, and no write."""

from dataclasses import replace

from pipeline.pairs.field_state import (
    WATCHED,
    Answer,
    FieldDecision,
    FieldState,
    PairTerms,
    SideName,
    SideReading,
    SideState,
)


def watched_decision(
    state: FieldState, side: SideName, reading: SideReading, terms: PairTerms, decision: FieldDecision
) -> FieldDecision:
    """Return the decision of a pair that only watches: a field that a live pair would write is listed."""
    if decision.word == "old":
        return decision
    own = replace(state.side(side), here=reading.value, seen=reading.value, stamp=reading.stamp)
    own = replace(own, sent=(), replaced=(), open=(), waits=False)
    answers = (Answer(reading.at, side, "edit"),) if decision.writes else state.answers[-1:]
    changed = replace(state.put(side, own), answers=answers)
    if terms.are_equal(changed.salesforce.here, changed.responsys.here):
        return FieldDecision(replace(changed, held="", answers=()), "same")
    held = WATCHED if decision.writes else state.held or WATCHED
    return FieldDecision(replace(changed, held=held), "watched" if decision.writes else "same")


def at_watch(state: FieldState, terms: PairTerms) -> FieldDecision:
    """Return a field of a pair that wrote, and only watches now: its writes are forgotten."""
    changed = FieldState(as_read(state.salesforce), as_read(state.responsys), state.held or WATCHED)
    if terms.are_equal(changed.salesforce.here, changed.responsys.here):
        return FieldDecision(replace(changed, held=""), "same")
    return FieldDecision(changed, "same")


def as_read(side: SideState) -> SideState:
    """Return a side that nothing was written to since it was read last."""
    return SideState(here=side.seen, seen=side.seen, back=side.seen, stamp=side.stamp)
