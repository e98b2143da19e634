"""Readings of a side: the four rules of pairs.

::

    1 old       older than the stamp: dropped
    2 same      as known; once nothing is under way, the writes are forgotten
    - resent    a write of yesterday has neither arrived nor a verdict: it is written again
    3 waiting   ours, or not visible yet: looked at again after ``settle``; then "ours", a "repair", or as 4
    4 edit      the other side gets it; with a write under way both changed, and the owner or a person decides
"""

from dataclasses import replace

from pipeline.pairs.alternation import answers_after, are_at_odds
from pipeline.pairs.field_state import (
    ASKED,
    DAY,
    FROZEN,
    OTHER,
    FieldDecision,
    FieldState,
    PairTerms,
    SideName,
    SideReading,
    SideState,
)
from pipeline.pairs.field_writes import pass_on, write_both, write_side


def take_reading(state: FieldState, name: SideName, reading: SideReading, terms: PairTerms) -> FieldDecision:
    """Return the decision about a reading of one side."""
    side = state.side(name)
    if 1 in terms.obeys and reading.stamp < side.stamp:
        return FieldDecision(state, "old")
    stamp = max(side.stamp, reading.stamp)
    side = replace(forget_old_writes(side, reading.at), stamp=stamp, seen=reading.value, waits=False)
    if reading.value == side.here:
        return as_known(state.put(name, replace(side, arrived=True)), name, reading, terms)
    ours, back = reading.value in side.sent, reading.value in side.replaced
    if (ours or back) and is_overdue(side, reading.at):
        if not side.arrived:
            return sent_again(state.put(name, side), name, reading, terms)
        side = replace(side, open=())
    state = state.put(name, side)
    if 3 in terms.obeys and (ours or back):
        if side.is_settling(reading.at):
            return FieldDecision(state.put(name, replace(side, waits=True)), "waiting")
        if ours:
            return of_ours(state, name, reading, terms)
    return after_edit(state, name, reading, terms, is_back=back)


def forget_old_writes(side: SideState, at: int) -> SideState:
    """Forget the writes to a side that has held their value for a day, though no verdict came."""
    newest = side.open[-1].number if side.open else side.settles
    if side.seen != side.here or max(newest, side.settles) + DAY > at:
        return side
    return replace(side, sent=(), replaced=(), open=())


def is_overdue(side: SideState, at: int) -> bool:
    """Tell whether the last write has had no verdict for a day: it waits, or is lost."""
    return bool(side.open) and max(side.open[-1].number, side.settles) + DAY <= at


def sent_again(state: FieldState, name: SideName, reading: SideReading, terms: PairTerms) -> FieldDecision:
    """Write the other side's value once more; in a lane it takes the place of a row that waits still."""
    if state.held:
        return FieldDecision(state, "same")
    state, writes = write_side(state, name, state.side(OTHER[name]).here, reading, terms)
    side = state.side(name)
    return FieldDecision(state.put(name, replace(side, open=side.open[-1:])), "resent", writes)


def as_known(state: FieldState, name: SideName, reading: SideReading, terms: PairTerms) -> FieldDecision:
    """Forget writes that have settled, and try a refused one again."""
    side = state.side(name)
    if not side.is_settling(reading.at):
        side = replace(side, sent=(), replaced=())
        state = state.put(name, side)
    if reading.changed and not state.held:
        for refused in (one for one in (name, OTHER[name]) if state.side(one).refused):
            state, writes = pass_on(state, OTHER[refused], reading, terms)
            return FieldDecision(state, "again", writes)
    return FieldDecision(state, "same")


def of_ours(state: FieldState, name: SideName, reading: SideReading, terms: PairTerms) -> FieldDecision:
    """Take over the value of a late write, if the other side wants it; otherwise write that side's again."""
    side, wanted = state.side(name), state.side(OTHER[name]).here
    if state.held or terms.stored(name, wanted) == reading.value:
        return FieldDecision(state.put(name, replace(side, here=reading.value, sent=(), replaced=())), "ours")
    answers = answers_after(state, name, reading.at, "repair")
    state = state.put(name, replace(side, here=reading.value, sent=(reading.value,), replaced=()))
    if are_at_odds(answers):
        return FieldDecision(replace(state, held=FROZEN, answers=answers), "frozen")
    state, writes = pass_on(replace(state, answers=answers), OTHER[name], reading, terms)
    return FieldDecision(state, "repair", writes)


def after_edit(
    state: FieldState, name: SideName, reading: SideReading, terms: PairTerms, *, is_back: bool
) -> FieldDecision:
    """Pass an edit on; if a write to the side is under way, or two automations are at work, ask."""
    side = state.side(name)
    answers = answers_after(state, name, reading.at, "back" if is_back else "edit")
    changed = replace(side, here=reading.value, back=reading.value, refused="")
    if not side.is_settling(reading.at):
        changed = replace(changed, sent=(), replaced=())
    state = replace(state.put(name, changed), answers=answers)
    if state.held in (ASKED, FROZEN):
        return still_held(state, terms)
    state = replace(state, held="")
    if are_at_odds(answers):
        return FieldDecision(replace(state, held=FROZEN), "frozen")
    if not side.open:
        state, writes = pass_on(state, name, reading, terms)
        return FieldDecision(state, "edit", writes)
    if terms.owner not in (name, OTHER[name]):
        return FieldDecision(replace(state, held=ASKED), "asked")
    winner = name if terms.owner == name else OTHER[name]
    return replace(write_both(state, state.side(winner).here, reading, terms), word="both")


def still_held(state: FieldState, terms: PairTerms) -> FieldDecision:
    """Keep the question open, unless edits made both sides equal."""
    if terms.are_equal(state.salesforce.here, state.responsys.here):
        return FieldDecision(replace(state, held="", answers=()), "agreed")
    return FieldDecision(state, state.held)


def look_once_more(
    state: FieldState, name: SideName, reading: SideReading, terms: PairTerms
) -> FieldDecision:
    """Take the value that was last read of a side as a reading once more: nothing has changed it since.

    A value that was read before the last write says nothing of that write, unless that is of yesterday.
    """
    side = state.side(name)
    if not side.waits and side.seen != side.here and not is_overdue(side, reading.at):
        return FieldDecision(state, "known")
    seen = replace(reading, value=side.seen, stamp=side.stamp, changed=False)
    return take_reading(state, name, seen, terms)
