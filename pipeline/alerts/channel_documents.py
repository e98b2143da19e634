"""Documents of channels for commands, the API and the console: their last messages, and those that wait."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, func, select

from pipeline.records.catalog import Catalog
from pipeline.records.documents import Document
from pipeline.stores.alert_tables import alert_messages as table
from pipeline.stores.database import reading
from pipeline.text.times import rfc3339

SETTLED = ("delivered", "failed")


def channel_documents(engine: Engine, exported: Mapping[str, Document]) -> list[dict[str, Any]]:
    """Return the channels, each with its last message, the number that wait, and whether it is failing."""
    latest = latest_messages(engine)
    settled = latest_messages(engine, settled=True)
    waiting = waiting_messages(engine)
    return [
        {
            "name": name,
            "document": document,
            "failing": settled.get(name, {}).get("state") == "failed",
            "waiting": waiting.get(name, 0),
            "last_message": latest.get(name),
        }
        for name, document in exported.items()
    ]


def failing_channels(engine: Engine, catalog: Catalog) -> dict[str, str]:
    """Return channels by name, with the reason why their last message was given up."""
    if not catalog.channels:
        return {}
    return {
        name: message["detail"]
        for name, message in latest_messages(engine, settled=True).items()
        if message["state"] == "failed" and name in catalog.channels
    }


def latest_messages(engine: Engine, *, settled: bool = False) -> dict[str, dict[str, Any]]:
    """Return the newest message of each channel; ``settled``: the last one that was delivered or given up."""
    at = table.c.settled_at if settled else table.c.created_at
    newest = select(table.c.channel, func.max(at).label("at"))
    if settled:
        newest = newest.where(table.c.state.in_(SETTLED))
    last = newest.group_by(table.c.channel).subquery()
    statement = select(table).join(last, (table.c.channel == last.c.channel) & (at == last.c.at))
    with reading(engine) as connection:
        rows = connection.execute(statement.order_by(table.c.id)).mappings().all()
    return {row["channel"]: message_document(dict(row)) for row in rows}


def message_document(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message and its fate, without its body."""
    times = {name: row[name] and rfc3339(row[name]) for name in ("created_at", "settled_at")}
    names = ("id", "type", "alert", "state", "attempts", "detail")
    next_try = rfc3339(row["due_at"]) if row["state"] == "waiting" else None
    return {**{name: row[name] for name in names}, **times, "next_try": next_try}


def waiting_messages(engine: Engine) -> dict[str, int]:
    """Count the messages that wait for each channel."""
    statement = select(table.c.channel, func.count()).where(table.c.state == "waiting")
    with reading(engine) as connection:
        rows = connection.execute(statement.group_by(table.c.channel)).all()
    return {row[0]: row[1] for row in rows}
