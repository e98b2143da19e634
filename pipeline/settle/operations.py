"""Operations: a person's decision that a worker carries out: dead letters replayed or dropped, a source run.

Table ``operations``. Its worker renews ``alive_at``; after ``LEASE`` without that another worker goes on.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, or_, select, update

from pipeline.stores.database import reading
from pipeline.stores.operator_tables import operations as table
from pipeline.text.times import rfc3339

LEASE = timedelta(seconds=30)  # without a sign of its worker, after which another goes on
UNDER_WAY = ("waiting", "running")
RUN = "run"  # the kind of an operation on a source
RUN_NUMBERS = ("entering", "changed", "leaving", "sent")  # activations of a run


@dataclass(frozen=True)
class Operation:
    """One decision and how far it has come.

    ``matched``, ``done``, ``failed``: letters, ``failed`` those with an unreadable activation. Of a run
    ``done`` counts the activations sent, ``failed`` the rows of the query that were refused.
    """

    id: str
    kind: str  # replay, drop, run
    state: str  # waiting, running, done, stopped
    chosen: Mapping[str, Any]  # the letters (letter_operations.py) or the source (source_operations.py)
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
    numbers: Mapping[str, int] | None = None  # RUN_NUMBERS of a run

    def document(self) -> dict[str, Any]:
        """Return the operation for people and programs."""
        return {
            "operation": self.id,
            "kind": self.kind,
            "state": self.state,
            **self._amounts,
            "done": self.done,
            "failed": self.failed,
            "began_at": rfc3339(self.began_at),
            "ended_at": self.ended_at and rfc3339(self.ended_at),
            "by": self.by,
            **({"detail": self.detail} if self.detail else {}),
        }

    @property
    def _amounts(self) -> dict[str, int]:
        if self.kind != RUN:
            return {"matched": self.matched}
        numbers = self.numbers or {}
        return {name: numbers.get(name, 0) for name in RUN_NUMBERS}


def store_operation(
    connection: Connection, kind: str, chosen: Mapping[str, Any], by: str, matched: int = 0
) -> Operation:
    """Store a new operation; a worker carries it out."""
    operation = Operation(
        id=f"op_{secrets.token_hex(6)}",
        kind=kind,
        state="waiting",
        chosen=chosen,
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


def claim(engine: Engine, identity: str, owner: str) -> Operation | None:
    """Take an operation that no worker is at; None if there is none."""
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


def note_progress(connection: Connection, operation: Operation, **progress: Any) -> bool:
    """Renew the lease and store columns; False if another worker has taken the operation meanwhile."""
    mine = and_(table.c.id == operation.id, table.c.owner == operation.owner, table.c.state == "running")
    change = update(table).where(mine).values({"alive_at": datetime.now(UTC), **progress})
    return connection.execute(change).rowcount > 0


def forsaken(engine: Engine) -> list[str]:
    """Name the operations that no worker is at, though they have not ended."""
    now = datetime.now(UTC)
    silent = or_(table.c.alive_at.is_(None), table.c.alive_at < now - LEASE)
    with reading(engine) as connection:
        found = select(table.c.id).where(table.c.state.in_(UNDER_WAY), silent)
        return [str(name) for name in connection.scalars(found)]
