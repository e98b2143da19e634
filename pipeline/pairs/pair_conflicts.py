"""Conflicts of pairs: both sides of a field changed, or two automations work against each other.

They are kept with the conflicts of identity, as kind "pair". ``other`` is 0: they are about one person alone.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from pipeline.pairs.field_state import FieldState
from pipeline.stores.people_tables import conflicts

KIND = "pair"
AGREED = "agreed"  # edits made both sides equal
GONE = "gone"  # a side of the person is not there any more
REMOVED = "removed"  # the pair, or its variable, is not configured any more


def note_question(
    connection: Connection, pair: str, person: int, field: str, state: FieldState, record: str
) -> None:
    """Open the conflict of a field, or give it the values as they are now."""
    values = {
        "record": record,
        "handles": [],
        "pair": pair,
        "field": field,
        "reason": state.held,
        "salesforce": state.salesforce.here,
        "responsys": state.responsys.here,
    }
    number = open_question(connection, pair, person, field)
    if number is not None:
        changed = {**values, "record": record or question_values(connection, number)["record"]}
        connection.execute(update(conflicts).where(conflicts.c.id == number).values(values=changed))
        return
    row = {"kind": KIND, "whose": person, "other": 0, "values": values, "suggestion": ""}
    connection.execute(insert(conflicts).values(**row, at=datetime.now(UTC)))


def close_question(connection: Connection, pair: str, person: int, field: str, why: str = AGREED) -> None:
    """Close the conflict of a field, if one is open, because it needs no decision any more."""
    number = open_question(connection, pair, person, field)
    if number is not None:
        own = conflicts.c.id == number
        connection.execute(update(conflicts).where(own).values(settled_values(why, "record")))


def settled_values(answer: str, by: str) -> dict[str, Any]:
    """Return the columns of a conflict that is settled now."""
    return {"settled": answer, "settled_by": by, "settled_at": datetime.now(UTC)}


def open_question(connection: Connection, pair: str, person: int, field: str) -> int | None:
    """Return the number of a field's open conflict."""
    own = (conflicts.c.kind == KIND) & (conflicts.c.whose == person) & conflicts.c.settled.is_(None)
    for row in connection.execute(select(conflicts.c.id, conflicts.c["values"]).where(own)):
        values = row._mapping["values"]
        if (values["pair"], values["field"]) == (pair, field):
            return int(row.id)
    return None


def question_values(connection: Connection, number: int) -> dict[str, Any]:
    """Return the values of a conflict."""
    query = select(conflicts.c["values"]).where(conflicts.c.id == number)
    found: dict[str, Any] = connection.execute(query).scalar_one()
    return found
