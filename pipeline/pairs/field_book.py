"""A book of fields: states, writes and history of the fields that a transaction decides about."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, select

from pipeline.model.activation import Activation
from pipeline.pairs.both_sides import BothSides
from pipeline.pairs.field_state import (
    ASKED,
    DAY,
    FROZEN,
    SALESFORCE,
    FieldDecision,
    FieldState,
    SideName,
    SideReading,
)
from pipeline.pairs.field_store import FieldKey, is_at_rest, known_fields, store_fields
from pipeline.pairs.open_pair import OpenPair
from pipeline.pairs.pair_conflicts import GONE, close_question, note_question
from pipeline.pairs.pair_log import SILENT, PairEvent, note_events
from pipeline.stores.event_tables import event_folds

QUESTIONS = (ASKED, FROZEN)


class FieldBook:
    """Fields of one transaction; transactions that decide about pairs come one after the other."""

    def __init__(self, connection: Connection, pair: OpenPair, people: Collection[int], now: int) -> None:
        connection.execute(select(event_folds.c.number).with_for_update())
        self._connection = connection
        self._pair = pair
        self.now = now
        self._known = known_fields(connection, pair.pair.name, people)
        self._changed: dict[FieldKey, tuple[FieldState, str]] = {}
        self._dropped: set[FieldKey] = set()
        self._events: list[PairEvent] = []
        self._numbers: dict[int, int] = {}
        self.writes: dict[SideName, defaultdict[int, dict[str, Any]]] = {}

    @property
    def fields(self) -> Mapping[FieldKey, FieldState]:
        """The fields that are not at rest, as they were."""
        return self._known

    def state(self, person: int, field: str) -> FieldState | None:
        """Return the state of a field; None: it is at rest."""
        changed = self._changed.get((person, field))
        return changed[0] if changed else self._known.get((person, field))

    def number(self, person: int) -> int:
        """Return the number of a person's new writes, above the numbers of all open ones."""
        if person not in self._numbers:
            open_numbers = [
                one.number
                for (whose, _), state in self._known.items()
                if whose == person
                for side in (state.salesforce, state.responsys)
                for one in side.open
            ]
            self._numbers[person] = max([self.now, *(number + 1 for number in open_numbers)])
        return self._numbers[person]

    def reading(self, person: int, value: Any, stamp: int, *, changed: bool = True) -> SideReading:
        """Return a reading of this moment."""
        return SideReading(value, stamp, self.now, self.number(person), changed)

    def put(self, person: int, field: str, state: FieldState, source: str) -> None:
        """Change the state of a field; ``source``: of the person's record in Salesforce."""
        self._changed[person, field] = state, source

    def drop(self, person: int, field: str) -> None:
        """Forget a field of a person of whom one side is gone, and the question about it."""
        self._dropped.add((person, field))
        close_question(self._connection, self._pair.pair.name, person, field, GONE)

    def note(self, person: int, field: str, side: str, event: str, value: Any = None, code: str = "") -> None:
        """Take note of an event."""
        self._events.append(PairEvent(person, field, side, event, value, code))

    def follow(
        self,
        person: int,
        field: str,
        side: SideName,
        decision: FieldDecision,
        sides: BothSides | None = None,
        value: Any = None,
        code: str = "",
    ) -> None:
        """Take a decision over, with its writes and its question."""
        before = self.state(person, field)
        record = sides.record(person, SALESFORCE) if sides else None
        source = record.source if record else self._pair.pair.salesforce[0]
        self.put(person, field, decision.state, source)
        if decision.word not in SILENT:
            self.note(person, field, side, decision.word, value, code)
        for write in decision.writes:
            self.writes.setdefault(write.side, defaultdict(dict))[person][field] = write.value
            self.note(person, field, write.side, "write", write.value)
        if decision.state.held in QUESTIONS and decision.word in QUESTIONS:
            name = record.record if record else ""
            note_question(self._connection, self._pair.pair.name, person, field, decision.state, name)
        elif before is not None and before.held in QUESTIONS and not decision.state.held:
            close_question(self._connection, self._pair.pair.name, person, field)

    def store(self) -> None:
        """Write the fields that have changed, and their history."""
        found: dict[FieldKey, FieldState | None] = dict.fromkeys(self._dropped)
        for (person, field), (state, source) in self._changed.items():
            answers = tuple(one for one in state.answers if one.at > self.now - DAY)
            kept = state if answers == state.answers else replace(state, answers=answers)
            at_rest = is_at_rest(kept, self._pair.terms(field, source), self.now)
            if not (at_rest and (person, field) not in self._known):
                found[person, field] = None if at_rest else kept
        store_fields(self._connection, self._pair.pair.name, found)
        note_events(self._connection, self._pair.pair.name, self.now, self._events)

    def activations(self, sides: BothSides, *targets: SideName) -> list[Activation]:
        """Return the activations of the writes to some sides."""
        return [activation for _, activation in self.fed(sides, *targets)]

    def fed(self, sides: BothSides, *targets: SideName) -> list[tuple[str, Activation]]:
        """Return the same, each with the source of its audience."""
        found = []
        for side in targets:
            for person, variables in self.writes.get(side, {}).items():
                record = sides.record(person, SALESFORCE)
                source = record.source if record else self._pair.pair.salesforce[0]
                audience = self._pair.audience_to(side, source)
                if audience is not None:
                    activation = Activation(
                        audience=audience,
                        profile_id=f"person:{person}",
                        call_type="UPDATE",
                        identifiers=dict(sides.identifiers(person)),
                        variables=variables,
                        id=write_id(side, person, self.number(person)),
                    )
                    found.append((self._pair.feeding(side, source), activation))
        return found


def write_id(side: SideName, person: int, number: int) -> str:
    """Return the id of an activation to a side; its verdict closes all writes up to its number."""
    return f"pair:{side}:{person}:{number}:{token_hex(4)}"
