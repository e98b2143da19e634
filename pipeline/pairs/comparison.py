"""Comparison of both sides of a pair: each difference with the write that would follow, and why.

::

    first     both were known when the pair began, or began to write, and differed: `pairs take` decides
    watched   the pair only watches: a live one would have passed the last edit on
    asked     both changed; a person is asked
    frozen    two automations work against each other; a person is asked
    refused   the last write was refused; tried again when a record changes
    open      a write is under way
    waiting   a write has arrived, and was not read yet; or it is looked at again
    emptied   one side was emptied, and a null is not written to the other
    unwritten no destination writes the variable to a side, where that is read
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, select

from pipeline.pairs.both_sides import BothSides, SideRecord
from pipeline.pairs.field_state import (
    ASKED,
    FIRST,
    FROZEN,
    OTHER,
    RESPONSYS,
    SALESFORCE,
    SIDES,
    SKIPPED,
    WATCHED,
    FieldState,
    PairTerms,
    SideName,
)
from pipeline.pairs.field_store import FieldKey, known_fields
from pipeline.pairs.open_pair import OpenPair
from pipeline.stores.database import reading
from pipeline.stores.stream_tables import records
from pipeline.stores.unindexed import unindexed

AT_ONCE = 2_000  # people
WHY: Mapping[str, str] = {
    FIRST: "differed when both were met; take a side: activation pairs take",
    WATCHED: "the pair only watches",
    ASKED: "both changed; settle it: activation conflicts list",
    FROZEN: "automations work against each other; settle it: activation conflicts list",
}


class Difference(NamedTuple):
    """A field that both sides hold differently, or that a person is asked about.

    ``to`` and ``value``: side and value of the write that is under way or would follow; None: no write.
    """

    person: int
    field: str
    salesforce: Any
    responsys: Any
    state: str
    to: SideName | None
    value: Any
    why: str


@dataclass
class SideComparison:
    """Compares people of one pair; ``people`` counts those with records on both sides."""

    pair: OpenPair
    fields: Sequence[str] = ()
    people: int = 0
    _known: Mapping[FieldKey, FieldState] = field(default_factory=dict)

    def differences(self, connection: Connection, people: Sequence[int]) -> Iterator[Difference]:
        """Yield the differences of some people."""
        sides = BothSides(connection, self.pair, people)
        known = known_fields(connection, self.pair.pair.name, people)
        for person in people:
            whole = sides.whole(person)
            if whole is not None:
                self.people += 1
                yield from self._of_person(person, whole, known)

    def _of_person(
        self, person: int, whole: Mapping[SideName, SideRecord], known: Mapping[FieldKey, FieldState]
    ) -> Iterator[Difference]:
        ours, theirs = whole[SALESFORCE].values, whole[RESPONSYS].values
        for name in self.fields or self.pair.pair.fields:
            if name not in ours or name not in theirs:
                continue
            state = known.get((person, name))
            is_asked = state is not None and state.held in (ASKED, FROZEN)
            if ours[name] == theirs[name] and not is_asked:
                continue
            terms = self.pair.terms(name, whole[SALESFORCE].source)
            forms = self.pair.forms(name, whole[SALESFORCE].source)
            values = forms.ours(SALESFORCE, ours[name]), forms.ours(RESPONSYS, theirs[name])
            if is_asked or not terms.are_equal(*values):
                if state is not None and state.held == WATCHED and not self.pair.pair.watches:
                    state = None  # a change while the pair only watched counts like a first meeting
                found, to, value, why = judge_field(state, values, terms)
                yield Difference(person, name, *values, found, to, value, why)


def judge_field(
    state: FieldState | None, values: tuple[Any, Any], terms: PairTerms
) -> tuple[str, SideName | None, Any, str]:
    """Return the word for a difference, the side and value that are written or would be, and why."""
    if state is None:
        return FIRST, None, None, WHY[FIRST]
    if state.held == WATCHED and state.answers:
        side: SideName = SALESFORCE if state.answers[-1].side == SALESFORCE else RESPONSYS
        return WATCHED, OTHER[side], state.side(side).here, WHY[WATCHED]
    if state.held:
        return state.held, None, None, WHY[state.held]
    return under_way(state) or at_rest(values, terms)


def under_way(state: FieldState) -> tuple[str, SideName | None, Any, str] | None:
    """Describe a field with a write that was refused, or that has no verdict yet."""
    for side in SIDES:
        one, wanted = state.side(side), state.side(OTHER[side]).here
        if one.refused:
            return "refused", side, wanted, f"refused with {one.refused}; tried again when a record changes"
        if one.open:
            return "open", side, one.here, "a write is under way"
    return None


def at_rest(values: tuple[Any, Any], terms: PairTerms) -> tuple[str, SideName | None, Any, str]:
    """Return the finding for a field with different values and no write under way.

    It is the finding, the side to write, the value to write, and the reason.
    """
    for side, value in zip(SIDES, values, strict=True):
        if OTHER[side] in terms.unwritten:
            continue
        if value is None and terms.stored(OTHER[side], value) is SKIPPED:
            return "emptied", None, None, f"a null is not written to {OTHER[side]}"
    if terms.unwritten:
        return "unwritten", None, None, f"no destination writes it to {' or '.join(sorted(terms.unwritten))}"
    return "waiting", None, None, "a write was not read yet, or is looked at again after settle"


def pages_of_people(engine: Engine, pair: OpenPair) -> Iterator[Sequence[int]]:
    """Yield the people that Responsys' side knows, in pages."""
    cursor = 0
    own = (unindexed(records.c.source) == pair.pair.responsys) & records.c.person.is_not(None)
    query = select(records.c.person).where(own).distinct().order_by(records.c.person).limit(AT_ONCE)
    while True:
        with reading(engine) as connection:
            people = list(connection.scalars(query.where(records.c.person > cursor)))
        if not people:
            return
        yield people
        cursor = people[-1]
