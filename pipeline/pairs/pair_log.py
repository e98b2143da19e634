"""The history of fields: readings, decisions, writes and verdicts, for as long as they are kept."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Engine, insert, select

from pipeline.stores.delete_in_turns import delete_in_turns
from pipeline.stores.pair_tables import pair_events
from pipeline.text.times import rfc3339

KEPT = timedelta(days=90)
AT_ONCE = 10_000  # rows
SILENT = ("same", "known")  # words of decisions that say nothing new


class PairEvent(NamedTuple):
    """One event of a field; ``value``: the value that was read or written."""

    person: int
    field: str
    side: str
    event: str
    value: Any = None
    code: str = ""


def note_events(connection: Connection, pair: str, at: int, events: Sequence[PairEvent]) -> None:
    """Store events of one moment."""
    rows = [
        {
            **event._asdict(),
            "value": msgspec.json.encode(event.value).decode(),
            "pair": pair,
            "at": at,
        }
        for event in events
    ]
    if rows:
        connection.execute(insert(pair_events), rows)


def events_of(connection: Connection, person: int, field: str | None = None) -> list[dict[str, Any]]:
    """Return the history of a person's fields, or of one, the oldest first."""
    query = select(pair_events).where(pair_events.c.person == person).order_by(pair_events.c.id)
    if field is not None:
        query = query.where(pair_events.c.field == field)
    return [event_document(dict(row)) for row in connection.execute(query).mappings()]


def event_document(row: dict[str, Any]) -> dict[str, Any]:
    """Return an event for people and programs."""
    at = datetime.fromtimestamp(row["at"] / 1000, UTC)
    value = None if row["value"] is None else msgspec.json.decode(row["value"])
    names = ("pair", "field", "side", "event", "code")
    return {"at": rfc3339(at), **{name: row[name] for name in names}, "value": value}


def forget_events(engine: Engine) -> int:
    """Delete events that are older than they are kept, and return their number."""
    before = (datetime.now(UTC) - KEPT).timestamp() * 1000
    return delete_in_turns(engine.begin, pair_events, pair_events.c.at < before, rows=AT_ONCE)
