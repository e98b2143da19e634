"""Stored fields of pairs, read and written a page at once; a field at rest has no row."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from pipeline.pairs.field_state import DAY, FieldState, PairTerms
from pipeline.stores.pair_tables import pair_fields

FieldKey = tuple[int, str]  # person, field

UNFOLDED = {"sqlite": "json_each(?)", "postgresql": "unnest(%s::bigint[])"}
MARK = {"sqlite": "?", "postgresql": "%s"}
OF_PEOPLE = (
    "SELECT f.person, f.field, f.state FROM {people} AS j{alias} {first} JOIN pair_fields f "
    "ON f.person = j.value WHERE f.pair = {mark}"
)
DUE = (
    "SELECT person, field, state FROM pair_fields WHERE pair = {mark} AND look_at <= {mark} "
    "ORDER BY look_at LIMIT {most}"
)
STORE = (
    "INSERT INTO pair_fields (pair, person, field, state, held, look_at, refused) VALUES ({marks}) "
    "ON CONFLICT (pair, person, field) DO UPDATE SET "
    "state = excluded.state, held = excluded.held, look_at = excluded.look_at, refused = excluded.refused"
)
REST = "DELETE FROM pair_fields WHERE pair = {mark} AND person = {mark} AND field = {mark}"

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(FieldState).decode


def has_fields(connection: Connection, pair: str) -> bool:
    """Tell whether any field of a pair is not at rest."""
    first = select(pair_fields.c.pair).where(pair_fields.c.pair == pair).limit(1)
    return connection.scalar(first) is not None


def known_fields(connection: Connection, pair: str, people: Collection[int]) -> dict[FieldKey, FieldState]:
    """Return the fields of some people that are not at rest."""
    dialect = connection.dialect.name
    query = OF_PEOPLE.format(
        people=UNFOLDED[dialect],
        alias="" if dialect == "sqlite" else "(value)",
        first="CROSS" if dialect == "sqlite" else "",
        mark=MARK[dialect],
    )
    listed: Any = msgspec.json.encode(list(people)).decode() if dialect == "sqlite" else list(people)
    return read_rows(connection, query, (listed, pair))


def due_fields(connection: Connection, pair: str, now: int, most: int) -> dict[FieldKey, FieldState]:
    """Return up to ``most`` fields that are due for a second look at Salesforce, the longest due first."""
    query = DUE.format(mark=MARK[connection.dialect.name], most=int(most))
    return read_rows(connection, query, (pair, now))


def read_rows(connection: Connection, query: str, values: tuple[Any, ...]) -> dict[FieldKey, FieldState]:
    """Run a query for person, field and state."""
    rows = connection.exec_driver_sql(query, values).cursor.fetchall()
    return {(person, field): decode(state) for person, field, state in rows}


def store_fields(connection: Connection, pair: str, fields: Mapping[FieldKey, FieldState | None]) -> None:
    """Write fields; None: the field is at rest, and its row is deleted."""
    mark = MARK[connection.dialect.name]
    rows = [
        (pair, person, field, encode(state).decode(), state.held, look_of(state), state.is_refused)
        for (person, field), state in fields.items()
        if state is not None
    ]
    rested = [(pair, *key) for key, state in fields.items() if state is None]
    if rows:
        connection.exec_driver_sql(STORE.format(marks=", ".join([mark] * 7)), rows)
    if rested:
        connection.exec_driver_sql(REST.format(mark=mark), rested)


def look_of(state: FieldState) -> int | None:
    """Return the moment at which Salesforce's side is looked at again, or answers are forgotten.

    Responsys' side is decided about whenever its member is read.
    """
    side = state.salesforce
    if side.open and not state.held:
        return max(side.open[-1].number, side.settles) + DAY
    if not side.open and (side.waits or (side.seen == side.here and (side.sent or side.replaced))):
        return side.settles
    return state.answers[-1].at + DAY if state.answers else None


def is_at_rest(state: FieldState, terms: PairTerms, now: int) -> bool:
    """Tell whether both sides hold the values that were read of them, and these are equal."""
    if state.held or not (state.salesforce.is_quiet and state.responsys.is_quiet):
        return False
    if state.answers and state.answers[-1].at > now - DAY:
        return False
    return terms.are_equal(state.salesforce.here, state.responsys.here)
