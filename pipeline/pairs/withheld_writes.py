"""Withheld writes: those of a pair that have waited with the changes of a source, before they go out.

Meanwhile the other side may have been edited, or a person is asked. A write that is no longer the newest
decision about its field is left out: a later write has taken its place, both sides are equal by now, or a
person's answer will decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace
from sqlalchemy import Connection

from pipeline.model.activation import Activation
from pipeline.pairs.both_sides import BothSides
from pipeline.pairs.field_book import QUESTIONS, FieldBook
from pipeline.pairs.field_state import FieldDecision, OpenWrite
from pipeline.pairs.field_writes import withdraw_write
from pipeline.pairs.open_pair import OpenPair
from pipeline.pairs.pair_verdicts import PairVerdict, present_numbers, verdict_of

WITHDRAWN = "withdrawn"  # the word of the decision


def still_meant(
    connection: Connection, pair: OpenPair, activations: Sequence[Activation], now: int
) -> list[Activation]:
    """Return activations without the variables that would not be written any more."""
    written = [verdict_of(one.id, "") for one in activations]
    numbers = present_numbers(connection, {one.person for one in written if one is not None})
    if not numbers or pair.pair.watches:
        return list(activations)
    people = set(numbers.values())
    book, sides = FieldBook(connection, pair, people, now), BothSides(connection, pair, people)
    renewal = Renewal(pair, book, sides)
    found = [
        one if write is None else renewal.renew(one, write._replace(person=numbers.get(write.person, 0)))
        for one, write in zip(activations, written, strict=True)
    ]
    book.store()
    return found


@dataclass(frozen=True)
class Renewal:
    """Decides anew about the writes of some people."""

    pair: OpenPair
    book: FieldBook
    sides: BothSides

    def renew(self, activation: Activation, write: PairVerdict) -> Activation:
        """Return an activation with the variables that are written still."""
        meant = {
            name: value
            for name, value in activation.variables.items()
            if name not in self.pair.pair.fields or self._is_meant(name, value, write)
        }
        return activation if len(meant) == len(activation.variables) else replace(activation, variables=meant)

    def _is_meant(self, name: str, value: object, write: PairVerdict) -> bool:
        """Tell whether a write is the newest decision about its field; take it back if it is not."""
        state = self.book.state(write.person, name)
        if state is None:
            return not self._is_shared(name, write)
        side = state.side(write.side)
        if state.held not in QUESTIONS and side.open[-1:] == (OpenWrite(write.number, side.here),):
            return True
        taken_back = withdraw_write(state, write.side, write.number)
        if taken_back is not state:
            decision = FieldDecision(taken_back, WITHDRAWN)
            self.book.follow(write.person, name, write.side, decision, self.sides, value)
        return False

    def _is_shared(self, name: str, write: PairVerdict) -> bool:
        """Tell whether both sides are known to hold a variable; otherwise no pair has decided about it."""
        whole = self.sides.whole(write.person)
        return whole is not None and name in whole[write.side].values
