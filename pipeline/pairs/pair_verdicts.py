"""Verdicts of writes to the sides of pairs, as the notes of batches tell them."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from pipeline.pairs.both_sides import BothSides
from pipeline.pairs.field_book import FieldBook
from pipeline.pairs.field_state import SIDES, SideName
from pipeline.pairs.field_store import has_fields
from pipeline.pairs.field_writes import take_verdict
from pipeline.pairs.open_pair import OpenPair
from pipeline.records.catalog import Catalog
from pipeline.stores.people_tables import handles

PREFIX = "pair"
PARTS = 5  # of the id of a write


class PairVerdict(NamedTuple):
    """The verdict of one activation; ``code``: "" if it arrived; ``fields``: those written, None for all."""

    side: SideName
    person: int
    number: int
    code: str
    fields: frozenset[str] | None = None


def verdict_of(activation: str | None, code: str) -> PairVerdict | None:
    """Read the id of an activation; None: it is none of a pair's."""
    parts = (activation or "").split(":")
    if len(parts) != PARTS or parts[0] != PREFIX or parts[1] not in SIDES:
        return None
    return PairVerdict(parts[1], int(parts[2]), int(parts[3]), code)


def take_pair_verdicts(
    connection: Connection, catalog: Catalog, verdicts: Sequence[PairVerdict], now: int
) -> None:
    """Close the writes that verdicts are about; to repeat it changes nothing."""
    present = present_numbers(connection, {verdict.person for verdict in verdicts})
    for pair in catalog.pairs.values():
        if verdicts and has_fields(connection, pair.name):
            take_over(connection, OpenPair(pair, catalog), verdicts, present, now)


def take_over(
    connection: Connection,
    pair: OpenPair,
    verdicts: Sequence[PairVerdict],
    present: dict[int, int],
    now: int,
) -> None:
    """Write verdicts into the fields of one pair."""
    people = set(present.values())
    book, sides = FieldBook(connection, pair, people, now), BothSides(connection, pair, people)
    for verdict in verdicts:
        person = present.get(verdict.person, verdict.person)
        for name in [field for whose, field in book.fields if whose == person]:
            state = book.state(person, name)
            is_written = verdict.fields is None or name in verdict.fields
            if state is None or name not in pair.pair.fields or not is_written:
                continue
            terms = pair.terms(name, pair.pair.salesforce[0])
            value = state.side(verdict.side).here
            decision = take_verdict(state, verdict.side, verdict.number, verdict.code, now, terms)
            book.follow(person, name, verdict.side, decision, sides, value, verdict.code)
    book.store()


def present_numbers(connection: Connection, people: Collection[int]) -> dict[int, int]:
    """Return the numbers that people have now, by the former ones."""
    query = select(handles.c.id, handles.c.person).where(handles.c.id.in_(people))
    return {row.id: row.person for row in connection.execute(query)}
