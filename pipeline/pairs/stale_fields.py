"""Stale fields: fields of removed pairs, variables and people are forgotten, and their conflicts end.

Otherwise a pair that is added again would decide by values from before it was removed.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, Engine, delete, func, select, update

from pipeline.pairs.both_sides import BothSides
from pipeline.pairs.open_pair import OpenPair
from pipeline.pairs.pair_conflicts import GONE, KIND, REMOVED, settled_values
from pipeline.records.catalog import Catalog
from pipeline.stores.database import reading
from pipeline.stores.event_tables import event_folds
from pipeline.stores.pair_tables import pair_fields
from pipeline.stores.people_tables import conflicts

AT_ONCE = 2_000  # conflicts

Variables = Mapping[str, frozenset[str]]  # by pair


def forget_removed(engine: Engine, catalog: Catalog) -> None:
    """Forget the fields of pairs and variables that the configuration does not have any more."""
    variables = {name: frozenset(pair.fields) for name, pair in catalog.pairs.items()}
    with reading(engine) as connection:
        stale = list(stale_pairs(connection, variables))
        questions = removed_questions(connection, variables)
    if not stale and not questions:
        return
    with engine.begin() as connection:
        connection.execute(select(event_folds.c.number).with_for_update())
        for pair in stale:
            own = pair_fields.c.field.not_in(variables.get(pair, frozenset()))
            connection.execute(delete(pair_fields).where(pair_fields.c.pair == pair, own))
        settle_conflicts(connection, questions, REMOVED, "configuration")


def stale_pairs(connection: Connection, variables: Variables) -> Iterator[str]:
    """Yield the pairs of which fields are stored that are not in ``variables``."""
    for pair in stored_pairs(connection):
        unknown = pair_fields.c.field.not_in(variables.get(pair, frozenset()))
        stale = select(pair_fields.c.field).where(pair_fields.c.pair == pair, unknown).limit(1)
        if connection.scalar(stale) is not None:
            yield pair


def stored_pairs(connection: Connection) -> Iterator[str]:
    """Yield the pairs of which fields are stored, by one look into the index each."""
    query, after = select(func.min(pair_fields.c.pair)), ""
    while (pair := connection.scalar(query.where(pair_fields.c.pair > after))) is not None:
        yield pair
        after = pair


def removed_questions(connection: Connection, variables: Variables) -> list[int]:
    """Return the open conflicts about fields that are not in ``variables``."""
    return [
        number
        for number, _, values in open_questions(connection)
        if values["field"] not in variables.get(values["pair"], frozenset())
    ]


def end_questions_of_the_gone(engine: Engine, catalog: Catalog) -> None:
    """End the questions about people of whom one side is gone, and forget the fields."""
    with reading(engine) as connection:
        found = gone_questions(connection, catalog)
    if not found:
        return
    with engine.begin() as connection:
        connection.execute(select(event_folds.c.number).with_for_update())
        for _, person, values in found:
            own = (pair_fields.c.pair == values["pair"]) & (pair_fields.c.person == person)
            connection.execute(delete(pair_fields).where(own, pair_fields.c.field == values["field"]))
        settle_conflicts(connection, [number for number, *_ in found], GONE, "record")


def gone_questions(connection: Connection, catalog: Catalog) -> list[tuple[int, int, Mapping[str, str]]]:
    """Return the open conflicts of people that have no record on one side of the pair."""
    by_pair = defaultdict(list)
    for question in open_questions(connection):
        by_pair[question[2]["pair"]].append(question)
    gone = []
    for name in sorted(by_pair.keys() & catalog.pairs.keys()):
        pair, questions = OpenPair(catalog.pairs[name], catalog), by_pair[name]
        for first in range(0, len(questions), AT_ONCE):
            some = questions[first : first + AT_ONCE]
            sides = BothSides(connection, pair, [person for _, person, _ in some])
            gone += [question for question in some if sides.whole(question[1]) is None]
    return gone


def open_questions(connection: Connection) -> list[tuple[int, int, Mapping[str, str]]]:
    """Return the open conflicts of pairs: number, person and values."""
    query = select(conflicts.c.id, conflicts.c.whose, conflicts.c["values"]).order_by(conflicts.c.id)
    own = (conflicts.c.kind == KIND) & conflicts.c.settled.is_(None)
    return [(number, whose, values) for number, whose, values in connection.execute(query.where(own))]


def settle_conflicts(connection: Connection, numbers: list[int], answer: str, by: str) -> None:
    """Settle the conflicts among these numbers that are still open."""
    for number in numbers:
        still_open = (conflicts.c.id == number) & conflicts.c.settled.is_(None)
        connection.execute(update(conflicts).where(still_open).values(settled_values(answer, by)))
