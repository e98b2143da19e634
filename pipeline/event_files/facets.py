"""Facets: values that many events share, such as campaign and URL, stored once.

Where the rows of a part share few of them, the values of further columns are part of a facet, too: wide
facets. Table ``known_facets`` of DuckDB has the facets of a run: ``digest`` is of a run alone, ``id`` the
store's.
"""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection, func, insert, select

from pipeline.event_files.page import page_hash
from pipeline.event_files.row_values import FACET, SEPARATOR
from pipeline.stores.event_tables import event_facets

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

AT_ONCE = 500  # digests in one look-up
MOST = 1_000_000  # facets; then the memory is given back
ROWS_OF_FACET = 8  # that share a wide facet, at least
VALUES = (*FACET, "other")


class KnownFacets:
    """Facets of the store, as far as rows of this run have needed them."""

    def __init__(self, scratch: "DuckDBPyConnection") -> None:
        self._scratch = scratch
        self.forget()

    def forget(self) -> None:
        """Start anew, as after a transaction that was rolled back."""
        self._scratch.execute("CREATE OR REPLACE TEMP TABLE known_facets (digest UBIGINT, id BIGINT)")
        self._known = 0

    def resolve(self, connection: Connection) -> str:
        """Make known the facets of ``part_rows``; new ones are stored. Return their column of digests."""
        if self._known > MOST:
            self.forget()
        column = self._column()
        other = "other" if column == "wide_digest" else "CAST(NULL AS VARCHAR)"
        missing = self._scratch.execute(
            f"SELECT DISTINCT CAST({column} AS VARCHAR), {', '.join(FACET)}, {other} FROM part_rows "
            f"WHERE problem IS NULL AND {column} NOT IN (SELECT digest FROM known_facets)"
        ).fetchall()
        highest = connection.scalar(select(func.max(event_facets.c.id))) or 0
        for start in range(0, len(missing), 20 * AT_ONCE):
            highest = self._add(connection, missing[start : start + 20 * AT_ONCE], highest)
        return column

    def _column(self) -> str:
        """Return the digests that make few facets."""
        query = "SELECT count(*), approx_count_distinct(wide_digest) FROM part_rows WHERE problem IS NULL"
        rows, facets = self._scratch.execute(query).fetchall()[0]
        return "wide_digest" if facets * ROWS_OF_FACET <= rows else "facet_digest"

    def _add(self, connection: Connection, rows: Sequence[Any], highest: int) -> int:
        """Look facets up and insert the new ones; return the highest id."""
        digests = {row[0]: stored_digest(row[1:]) for row in rows}
        ids = stored_ids(connection, list(digests.values()))
        fresh = []
        for tag, *values in rows:
            if digests[tag] not in ids:
                highest += 1
                ids[digests[tag]] = highest
                fresh.append(as_row(highest, digests[tag], values))
        if fresh:
            connection.execute(insert(event_facets), fresh)
        self._learn([(tag, ids[digest]) for tag, digest in digests.items()])
        return highest

    def _learn(self, pairs: Sequence[tuple[str, int]]) -> None:
        self._known += len(pairs)
        self._scratch.execute(
            "INSERT INTO known_facets SELECT r[1]::UBIGINT, r[2]::BIGINT "
            "FROM (SELECT unnest(from_json($1, '[[\"VARCHAR\"]]')) AS r)",
            [msgspec.json.encode(pairs).decode()],
        )


def stored_digest(values: Sequence[str | None]) -> int:
    """Return 64 bits of MD5 over the values, signed: the same in every version of every library."""
    joined = SEPARATOR.join(value or "" for value in values).encode()
    return int.from_bytes(hashlib.md5(joined, usedforsecurity=False).digest()[:8], "big", signed=True)


def stored_ids(connection: Connection, digests: Sequence[int]) -> dict[int, int]:
    """Return the ids of the facets that the store has, by their digests."""
    found: dict[int, int] = {}
    for start in range(0, len(digests), AT_ONCE):
        some = digests[start : start + AT_ONCE]
        query = select(event_facets.c.digest, event_facets.c.id).where(event_facets.c.digest.in_(some))
        found.update((digest, number) for digest, number in connection.execute(query))
    return found


def as_row(number: int, digest: int, values: Sequence[str | None]) -> dict[str, Any]:
    """Return a facet as a row of the table."""
    facet = dict(zip(VALUES, values, strict=True))
    return {"id": number, "digest": digest, **facet, "page": page_hash(facet["url"])}
