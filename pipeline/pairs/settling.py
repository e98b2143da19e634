"""Settling conflicts of pairs: a person chooses a side, or a value for both."""

from typing import Any

from sqlalchemy import Connection, update

from pipeline.errors import Misconfigured
from pipeline.model.activation import Activation
from pipeline.pairs.both_sides import BothSides
from pipeline.pairs.field_book import FieldBook
from pipeline.pairs.field_state import RESPONSYS, SALESFORCE, SIDES
from pipeline.pairs.field_writes import write_both
from pipeline.pairs.open_pair import OpenPair
from pipeline.pairs.pair_conflicts import settled_values
from pipeline.pairs.source_pairing import now_ms
from pipeline.people.conflicts import Conflict
from pipeline.records.catalog import Catalog
from pipeline.stores.people_tables import conflicts

VALUE = "value:"  # before a value that both sides get
ANSWERS = f"{SALESFORCE}, {RESPONSYS}, {VALUE}TEXT"


def chosen_value(conflict: Conflict, answer: str, ours: Any) -> Any:
    """Return the value that an answer names; raises Misconfigured for another answer."""
    if answer in SIDES:
        return conflict.values[answer]
    if not answer.startswith(VALUE):
        raise Misconfigured(f'"{answer}" is no answer; there are: {ANSWERS}')
    return ours(answer.removeprefix(VALUE))


def settle_question(
    connection: Connection, catalog: Catalog, conflict: Conflict, answer: str, by: str
) -> list[Activation]:
    """Settle an open conflict, and return the activations of its writes; raises Misconfigured."""
    if conflict.settled is not None:
        raise Misconfigured(
            f"conflict {conflict.id} is settled: {conflict.settled}, by {conflict.settled_by}"
        )
    name, field, person = conflict.values["pair"], conflict.values["field"], conflict.whose
    if name not in catalog.pairs or field not in catalog.pairs[name].fields:
        raise Misconfigured(f"pair {name} has no field {field} any more")
    pair = OpenPair(catalog.pairs[name], catalog)
    book, sides = FieldBook(connection, pair, [person], now_ms()), BothSides(connection, pair, [person])
    record, state = sides.record(person, SALESFORCE), book.state(person, field)
    source = record.source if record else pair.pair.salesforce[0]
    value = chosen_value(conflict, answer, lambda text: pair.forms(field, source).ours(RESPONSYS, text))
    note_settled(connection, conflict.id, answer, by)
    if state is None:
        return []
    book.put(person, field, state.without_question(), source)
    decision = write_both(
        state.without_question(), value, book.reading(person, None, 0), pair.terms(field, source)
    )
    book.follow(person, field, SALESFORCE, decision, sides, value)
    book.store()
    return book.activations(sides, *SIDES)


def note_settled(connection: Connection, number: int, answer: str, by: str) -> None:
    """Write the answer; a value is kept as that alone."""
    kept = "value" if answer.startswith(VALUE) else answer
    own = conflicts.c.id == number
    connection.execute(update(conflicts).where(own).values(settled_values(kept, by)))
