"""Second looks at fields: some time after a change has settled, or if a write gets no verdict for long."""

from collections.abc import Collection

from sqlalchemy import Connection

from pipeline.model.activation import Activation
from pipeline.pairs.both_sides import BothSides
from pipeline.pairs.field_book import FieldBook
from pipeline.pairs.field_readings import look_once_more
from pipeline.pairs.field_state import SALESFORCE, SIDES
from pipeline.pairs.field_store import FieldKey
from pipeline.pairs.open_pair import OpenPair
from pipeline.pairs.waiting_sources import without_waiting
from pipeline.pairs.watched_fields import at_watch


def look_again(
    connection: Connection, pair: OpenPair, source: str, keys: Collection[FieldKey], now: int
) -> list[Activation]:
    """Look at Salesforce's side of some fields; return the activations that the run of ``source`` sends."""
    people = {person for person, _ in keys}
    book, sides = FieldBook(connection, pair, people, now), BothSides(connection, pair, people)
    for person, name in sorted(keys):
        state, record = book.state(person, name), sides.record(person, SALESFORCE)
        if state is None or name not in pair.pair.fields:
            continue
        if record is None:
            book.drop(person, name)
            continue
        terms, reading = pair.terms(name, record.source), book.reading(person, None, 0)
        decision = (
            at_watch(state, terms) if pair.pair.watches else look_once_more(state, SALESFORCE, reading, terms)
        )
        book.follow(person, name, SALESFORCE, decision, sides, state.salesforce.seen)
    book.store()
    return without_waiting(connection, source, book.fed(sides, *SIDES))
