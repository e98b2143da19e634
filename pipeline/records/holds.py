"""Holds in the SQL store: one for each connector, destination, source or import that stands still."""

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from pipeline.records.catalog import Hold, Scope
from pipeline.stores.record_tables import holds


def read_holds(connection: Connection) -> dict[tuple[Scope, str], Hold]:
    """Return all holds by scope and name."""
    rows = connection.execute(select(holds)).all()
    return {(row.scope, row.name): Hold(row.kind, row.code, row.detail, row.since) for row in rows}


def put_hold(connection: Connection, scope: Scope, name: str, hold: Hold) -> bool:
    """Store a hold in the place of another; False if one of the same code is there, which keeps its time."""
    found = connection.execute(select(holds).where(*hold_is(scope, name))).one_or_none()
    if found and (found.kind, found.code) == (hold.kind, hold.code):
        return False
    delete_hold(connection, scope, name)
    connection.execute(insert(holds).values(scope=scope, name=name, **vars(hold)))
    return True


def delete_hold(connection: Connection, scope: Scope, name: str) -> bool:
    """Delete a hold; False if there is none."""
    return connection.execute(delete(holds).where(*hold_is(scope, name))).rowcount > 0


def hold_is(scope: Scope, name: str) -> tuple[ColumnElement[bool], ...]:
    """Return the SQL conditions for one hold."""
    return holds.c.scope == scope, holds.c.name == name
