"""Export: the profiles of all people, one JSON object a line, in the order of account and RIID.

People without a RIID follow, by address. The order of the lines and of everything in them depends on the
events alone: two stores with the same events give the same bytes.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, select, text

from pipeline.profiles.combine import combined_row
from pipeline.profiles.further_field import FurtherField
from pipeline.profiles.id_list import rows_among
from pipeline.profiles.profile_fields import fields_of
from pipeline.profiles.profile_row import decode
from pipeline.profiles.snapshot import snapshot
from pipeline.stores.event_tables import handles, profiles

AT_ONCE = 1_000  # people
WIDTH = 20  # digits
DIGITS = {
    "sqlite": "substr('{zeros}' || {column}, -{width})",
    "postgresql": "lpad({column}, {width}, '0')",
}
# A text per person that sorts as people do: account and smallest RIID as numbers, then addresses.
ORDER = """
    SELECT person,
        min(CASE kind WHEN 'riid' THEN '0' || {scope} || {value} ELSE '1' || label END {binary}) AS place
    FROM handles GROUP BY person ORDER BY place
"""

encode = msgspec.json.Encoder().encode


def exported_lines(engine: Engine, further: Sequence[FurtherField] = ()) -> Iterator[bytes]:
    """Give the lines, each with its line end; memory does not grow with their number."""
    query = text(in_order(engine.dialect.name))
    with snapshot(engine) as connection, closing(connection.execute(query)) as ordered:
        people = (person for person, _ in ordered)
        while some := list(islice(people, AT_ONCE)):
            rows = rows_of(connection, some)
            for person in some:
                if person in rows:
                    yield json_of(rows[person], further) + b"\n"


def profiles_of(
    connection: Connection, people: Sequence[int], further: Sequence[FurtherField] = ()
) -> dict[int, dict[str, Any]]:
    """Return the fields of some people; one without events is left out."""
    return {person: decode(json_of(rows, further)) for person, rows in rows_of(connection, people).items()}


def json_of(rows: Sequence[list[Any]], further: Sequence[FurtherField]) -> bytes:
    """Return the fields of a person as JSON, of the rows of all handles."""
    return encode(fields_of(combined_row(rows, further), further))


def rows_of(connection: Connection, people: Sequence[int]) -> dict[int, list[list[Any]]]:
    """Return the rows of each person's handles, as they are stored."""
    query = select(handles.c.person, profiles).join(profiles, profiles.c.handle == handles.c.id)
    found: dict[int, list[list[Any]]] = {}
    for person, *stored in rows_among(connection, query, handles.c.person, people):
        found.setdefault(person, []).append(stored)
    return found


def in_order(dialect: str) -> str:
    """Return the query of all people in the order of the export."""
    digits = DIGITS[dialect]
    values = {name: digits.format(zeros="0" * WIDTH, column=name, width=WIDTH) for name in ("scope", "value")}
    return ORDER.format(**values, binary='COLLATE "C"' if dialect == "postgresql" else "")
