"""States in SQL: table ``alert_states``; a row is written only if it still has the version that was read."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, delete, select, update

from pipeline.alerts.condition import Subject
from pipeline.alerts.phrases import plain_number
from pipeline.alerts.state import AlertState
from pipeline.stores.alert_tables import alert_states as table
from pipeline.stores.database import reading
from pipeline.stores.upsert import insert_new

COLUMNS = tuple(field.name for field in fields(AlertState) if field.name != "subject")

StatesByRule = Mapping[str, Mapping[Subject, AlertState]]


def read_states(engine: Engine) -> StatesByRule:
    """Return the stored states by the name of their rule."""
    found: dict[str, dict[Subject, AlertState]] = defaultdict(dict)
    with reading(engine) as connection:
        for row in connection.execute(select(table)):
            state = state_of(row)
            found[state.rule][state.subject] = state
    return found


def state_of(row: "Row[tuple[object, ...]]") -> AlertState:
    """Read a row."""
    values = row._mapping
    known = {name: values[name] for name in COLUMNS}
    known |= {name: plain_number(values[name]) for name in ("value", "above")}
    subject = Subject(values["scope"], values["name"])
    return AlertState(**{**known, "channels": tuple(values["channels"])}, subject=subject)


def write_state(connection: Connection, before: AlertState, after: AlertState) -> bool:
    """Store ``after`` in the place of ``before``; False if another process was first."""
    values = {name: getattr(after, name) for name in COLUMNS}
    values |= {
        "channels": list(after.channels),
        "scope": after.subject.scope,
        "name": after.subject.name,
        "version": before.version + 1,
    }
    if before.version == 0:
        return insert_new(connection, table, values)
    return bool(connection.execute(update(table).where(is_row(before)).values(values)).rowcount)


def forget(connection: Connection, state: AlertState) -> None:
    """Delete a state that is ok, after its rule or its subject was removed."""
    connection.execute(delete(table).where(is_row(state)))


def is_row(state: AlertState) -> ColumnElement[bool]:
    """Return the SQL condition for a state in the version that was read."""
    return and_(
        table.c.rule == state.rule,
        table.c.scope == state.subject.scope,
        table.c.name == state.subject.name,
        table.c.version == state.version,
    )
