"""Linking: handles that occur in one row belong to one person, in whatever order rows come.

A person is the smallest id of its connected handles. New connections merge people: each takes the smallest
number among its neighbours, then that number's own, until nothing changes. A chain of a thousand handles
takes some ten rounds. No aggregate moves, for those hang on handles.
"""

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from pipeline.people.merging import move_people

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EDGES = """
    CREATE OR REPLACE TEMP TABLE edges AS
    SELECT DISTINCT greatest(a.person, b.person) AS one, least(a.person, b.person) AS other
    FROM ({pairs}) pairs
    JOIN known_handles a ON a.digest = pairs.first JOIN known_handles b ON b.digest = pairs.second
    WHERE a.person <> b.person
"""
START = """
    INSERT INTO edges SELECT other, one FROM edges;
    CREATE OR REPLACE TEMP TABLE labels AS SELECT DISTINCT one AS node, one AS label FROM edges;
"""
NEIGHBOURS = """
    CREATE OR REPLACE TEMP TABLE lower_labels AS
    SELECT node, least(label, lowest) AS label FROM labels JOIN (
        SELECT edges.one, min(labels.label) AS lowest FROM edges JOIN labels ON labels.node = edges.other
        GROUP BY edges.one
    ) ON one = node
"""
SHORTCUT = """
    CREATE OR REPLACE TEMP TABLE next_labels AS
    SELECT a.node, b.label FROM lower_labels a JOIN lower_labels b ON b.node = a.label
"""
CHANGED = "SELECT count(*) FROM labels JOIN next_labels USING (node) WHERE labels.label <> next_labels.label"
RELABEL = """
    UPDATE known_handles SET person = labels.label FROM labels
        WHERE known_handles.person = labels.node AND labels.label <> labels.node;
    UPDATE new_handles SET person = labels.label FROM labels
        WHERE new_handles.person = labels.node AND labels.label <> labels.node;
"""
MERGED = "SELECT label, node FROM labels WHERE label <> node AND node NOT IN (SELECT id FROM new_handles)"


def link(scratch: "DuckDBPyConnection", connection: Connection, pairs: str) -> None:
    """Connect handles; ``pairs``: SQL with the digests ``first`` and ``second``, both known.

    Call it before new handles are stored: they are stored with their final people.
    """
    scratch.execute(EDGES.format(pairs=pairs))
    if not scratch.execute("SELECT count(*) FROM edges").fetchall()[0][0]:
        return
    scratch.execute(START)
    spread_labels(scratch)
    scratch.execute(RELABEL)
    move_people(connection, scratch.execute(MERGED).fetchall())


def spread_labels(scratch: "DuckDBPyConnection") -> None:
    """Give every node the smallest label of its component."""
    changed = True
    while changed:
        scratch.execute(NEIGHBOURS)
        scratch.execute(SHORTCUT)
        changed = bool(scratch.execute(CHANGED).fetchall()[0][0])
        scratch.execute("CREATE OR REPLACE TEMP TABLE labels AS SELECT node, label FROM next_labels")
