"""Operations on dead letters, carried out page by page.

A page of letters and the operation's progress are one transaction, so an operation goes on where it stopped.
If a page is repeated after a crash, its letters enter the intake under their own ids, once.
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from pipeline.produce.appender import Appender
from pipeline.settle.dead_letters import DeadLetter, Filter
from pipeline.settle.operations import Operation, claim, note_progress, store_operation
from pipeline.settle.replay import append_letters, change_state, claimed_letters, moment_of, next_page

STATE_AFTER = {"replay": "replayed", "drop": "dropped"}  # of a letter, by kind of operation


def begin(connection: Connection, kind: str, chosen: Filter, matched: int, by: str) -> Operation:
    """Store an operation on the open letters that exist now.

    Its ``chosen`` has the fields of the filter; lengths of time are seconds before ``began_at``.
    """
    fields = {name: write_field(value) for name, value in asdict(chosen).items() if value not in (None, ())}
    return store_operation(connection, kind, fields, by, matched)


def filter_of(operation: Operation) -> Filter:
    """Return the letters that an operation is on."""
    return Filter(**{name: read_field(name, value) for name, value in operation.chosen.items()})


def carry_out(engine: Engine, identity: str, appender: Appender) -> Operation | None:
    """Handle the letters of an operation, page by page; None if another worker is at it or it has ended."""
    operation = claim(engine, identity, secrets.token_hex(8))
    while operation is not None and operation.state == "running":
        operation = handle_page(engine, operation, appender)
    return operation


def handle_page(engine: Engine, operation: Operation, appender: Appender) -> Operation | None:
    """Handle the next letters; None if another worker has taken the operation meanwhile."""
    page = next_page(engine, filter_of(operation), operation.began_at, last_handled(operation))
    if operation.kind == "replay":
        still_open = claimed_letters(engine, page)
        handled = append_letters(appender, still_open)
    else:
        still_open, handled = page, [letter.id for letter in page]
    with engine.begin() as connection:
        progress = {
            "done": operation.done + change_state(connection, handled, STATE_AFTER[operation.kind]),
            "failed": operation.failed + len(still_open) - len(handled),
            **(position_after(page) if page else {"state": "done", "ended_at": datetime.now(UTC)}),
        }
        if not note_progress(connection, operation, **progress):
            connection.rollback()
            return None
    return replace(operation, **progress)


def position_after(page: Sequence[DeadLetter]) -> dict[str, Any]:
    """Return the place after a page."""
    last = page[-1]
    return {"position": [moment_of(last).isoformat(), last.id]}


def last_handled(operation: Operation) -> tuple[datetime, str] | None:
    """Return time and id of the last letter that was handled, None at the beginning."""
    if operation.position is None:
        return None
    at, identity = operation.position
    return datetime.fromisoformat(at), identity


def write_field(value: Any) -> Any:
    """Return a field of a filter as JSON."""
    return value.total_seconds() if isinstance(value, timedelta) else value


def read_field(name: str, value: Any) -> Any:
    """Return a field of a filter from JSON."""
    return timedelta(seconds=value) if name in ("older_than", "newer_than") else value
