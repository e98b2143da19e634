"""Operations: a person's decision on many dead letters, carried out page by page by a worker.

Table ``operations``. A page of letters and the operation's progress are one transaction, so an operation goes
on where it stopped. If a page is repeated after a crash, its letters enter the intake under their own ids,
once.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, or_, select, update

from pipeline.produce.appender import Appender
from pipeline.settle.dead_letters import DeadLetter, Filter
from pipeline.settle.replay import append_letters, change_state, moment_of, next_page
from pipeline.stores.database import reading
from pipeline.stores.tables import operations as table
from pipeline.text.times import rfc3339

LEASE = timedelta(seconds=30)  # without a page for that long, another worker goes on
UNDER_WAY = ("waiting", "running")
STATE_AFTER = {"replay": "replayed", "drop": "dropped"}  # of a letter, by kind of operation


@dataclass(frozen=True)
class Operation:
    """One decision and how far it has come; ``failed``: letters with an unreadable activation."""

    id: str
    kind: str  # replay, drop
    state: str  # waiting, running, done, stopped
    chosen: Mapping[str, Any]  # the fields of a Filter; lengths of time in seconds before ``began_at``
    matched: int
    done: int
    failed: int
    by: str
    began_at: datetime
    ended_at: datetime | None = None
    alive_at: datetime | None = None
    owner: str | None = None
    position: Sequence[str] | None = None  # time and id of the last letter that was handled
    detail: str = ""

    @property
    def filter(self) -> Filter:
        """The letters that were chosen."""
        return Filter(**{name: read_field(name, value) for name, value in self.chosen.items()})

    def document(self) -> dict[str, Any]:
        """Return the operation for people and programs."""
        numbers = {name: getattr(self, name) for name in ("matched", "done", "failed")}
        return {
            "operation": self.id,
            "kind": self.kind,
            "state": self.state,
            **numbers,
            "began_at": rfc3339(self.began_at),
            "ended_at": self.ended_at and rfc3339(self.ended_at),
            "by": self.by,
            **({"detail": self.detail} if self.detail else {}),
        }


def begin(connection: Connection, kind: str, chosen: Filter, matched: int, by: str) -> Operation:
    """Store an operation on the open letters that exist now; a worker carries it out."""
    fields = {name: write_field(value) for name, value in asdict(chosen).items() if value not in (None, ())}
    operation = Operation(
        id=f"op_{secrets.token_hex(6)}",
        kind=kind,
        state="waiting",
        chosen=fields,
        matched=matched,
        done=0,
        failed=0,
        by=by,
        began_at=datetime.now(UTC),
    )
    connection.execute(table.insert().values(asdict(operation)))
    return operation


def find_operation(engine: Engine, identity: str) -> Operation | None:
    """Return an operation, None if there is none of that id."""
    with reading(engine) as connection:
        row = connection.execute(select(table).where(table.c.id == identity)).mappings().one_or_none()
    return None if row is None else Operation(**row)


def carry_out(engine: Engine, identity: str, appender: Appender) -> Operation | None:
    """Handle the letters of an operation, page by page; None if another worker is at it or it has ended."""
    operation = claim(engine, identity, secrets.token_hex(8))
    while operation is not None and operation.state == "running":
        operation = handle_page(engine, operation, appender)
    return operation


def claim(engine: Engine, identity: str, owner: str) -> Operation | None:
    """Take an operation that no worker is at."""
    now = datetime.now(UTC)
    free = and_(
        table.c.id == identity,
        table.c.state.in_(UNDER_WAY),
        or_(table.c.alive_at.is_(None), table.c.alive_at < now - LEASE),
    )
    with engine.begin() as connection:
        taken = update(table).where(free).values(state="running", owner=owner, alive_at=now)
        if not connection.execute(taken).rowcount:
            return None
    return find_operation(engine, identity)


def handle_page(engine: Engine, operation: Operation, appender: Appender) -> Operation | None:
    """Handle the next letters; None if another worker has taken the operation meanwhile."""
    page = next_page(engine, operation.filter, operation.began_at, last_handled(operation))
    replays = operation.kind == "replay"
    handled = append_letters(appender, page) if replays else [letter.id for letter in page]
    now = datetime.now(UTC)
    mine = and_(table.c.id == operation.id, table.c.owner == operation.owner, table.c.state == "running")
    with engine.begin() as connection:
        progress = {
            "done": operation.done + change_state(connection, handled, STATE_AFTER[operation.kind]),
            "failed": operation.failed + len(page) - len(handled),
            "alive_at": now,
            **(position_after(page) if page else {"state": "done", "ended_at": now}),
        }
        if not connection.execute(update(table).where(mine).values(progress)).rowcount:
            connection.rollback()
            return None
    return Operation(**{**vars(operation), **progress})


def position_after(page: Sequence[DeadLetter]) -> dict[str, Any]:
    """Return the place behind a page."""
    last = page[-1]
    return {"position": [moment_of(last).isoformat(), last.id]}


def last_handled(operation: Operation) -> tuple[datetime, str] | None:
    """Return time and id of the last letter that was handled, None at the beginning."""
    if operation.position is None:
        return None
    at, identity = operation.position
    return datetime.fromisoformat(at), identity


def forsaken(engine: Engine) -> list[str]:
    """Name the operations that no worker is at, though they have not ended."""
    now = datetime.now(UTC)
    silent = or_(table.c.alive_at.is_(None), table.c.alive_at < now - LEASE)
    with reading(engine) as connection:
        found = select(table.c.id).where(table.c.state.in_(UNDER_WAY), silent)
        return [str(name) for name in connection.scalars(found)]


def write_field(value: Any) -> Any:
    """Return a field of a filter as JSON."""
    return value.total_seconds() if isinstance(value, timedelta) else value


def read_field(name: str, value: Any) -> Any:
    """Return a field of a filter from JSON."""
    return timedelta(seconds=value) if name in ("older_than", "newer_than") else value
