"""Run turns: one run at a time for each import, in all processes, and how the last one ended.

The turn is a lease (row_lease.py). If two runs overlap, storing the same rows twice is harmless.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, RowMapping, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import PipelineError
from pipeline.stores.database import reading
from pipeline.stores.operator_tables import import_runs
from pipeline.stores.row_lease import LEASE, Busy, RowLease
from pipeline.stores.turn_owner import is_gone, new_owner

ASK_SECONDS = 1.0  # between two tries for a turn that another process has
FAILS_AFTER = timedelta(hours=10)


class ImportBusy(PipelineError):
    """Another run of the import is under way."""


@dataclass(frozen=True)
class RunState:
    """The last run of an import."""

    step: str = ""  # in words, as long as it is running
    first_started_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    succeeded_at: datetime | None = None
    failing_since: datetime | None = None
    error: str = ""
    running: bool = False


@dataclass(frozen=True)
class RunTurn:
    """The right to run one import."""

    engine: Engine
    name: str
    owner: str

    @property
    def lease(self) -> RowLease:
        """The lease that keeps other processes from running it."""
        return RowLease(self.engine, import_runs, self.name, self.owner, f'run of import "{self.name}"')

    def write(self, **values: Any) -> None:
        """Store columns, as long as this process has the turn."""
        with self.engine.begin() as connection:
            self.lease.renew(connection, **values)

    def succeeded(self) -> None:
        """Note that the folder was read and every file dealt with."""
        now = datetime.now(UTC)
        self.write(finished_at=now, succeeded_at=now, failing_since=None, error="", step="")

    def failed(self, error: str) -> bool:
        """Note that the run could not go on; True once runs have failed for ten hours on end."""
        now = datetime.now(UTC)
        since = read_run(self.engine, self.name).failing_since or now
        self.write(finished_at=now, failing_since=since, error=error, step="")
        return now - since >= FAILS_AFTER


@contextmanager
def run_turn(engine: Engine, name: str, *, wait: Callable[[], object] | None = None) -> Iterator[RunTurn]:
    """Have the turn of an import for as long as the context lasts.

    ``wait``: called again and again while another process has it. Without it ImportBusy is raised.
    """
    turn = RunTurn(engine, name, new_owner())
    while not take_turn(turn):
        if wait is None:
            raise ImportBusy(f'a run of import "{name}" is under way')
        wait()
        time.sleep(ASK_SECONDS)
    try:
        with turn.lease.kept():
            yield turn
    finally:
        with suppress(SQLAlchemyError):  # the store is away: the lease ends after a minute
            turn.lease.give_up(step="")


def take_turn(turn: RunTurn) -> bool:
    """Take the turn if it is free or its owner is silent; False if another process has it."""
    now = datetime.now(UTC)
    first = func.coalesce(import_runs.c.first_started_at, now)
    try:
        with turn.engine.begin() as connection:
            turn.lease.claim(connection, started_at=now, first_started_at=first, step="")
    except Busy:
        return False
    return True


def read_run(engine: Engine, name: str) -> RunState:
    """Return how the last run of an import ended, or its present step."""
    return read_runs(engine).get(name, RunState())


def read_runs(engine: Engine) -> dict[str, RunState]:
    """Return the last run of each import."""
    with reading(engine) as connection:
        rows = connection.execute(select(import_runs)).mappings().all()
    return {row["name"]: run_state(row) for row in rows}


def run_state(row: RowMapping) -> RunState:
    """Return a stored run; one that lost its process has no step any more."""
    silent = abs(datetime.now(UTC) - row["alive_at"]) if row["owner"] else None
    running = silent is not None and silent < LEASE and not is_gone(row["owner"])
    names = [name for name in RunState.__dataclass_fields__ if name not in ("running", "step")]
    values = {name: row[name] for name in names}
    return RunState(**values, running=running, step=row["step"] if running else "")


def interrupted_imports(engine: Engine) -> list[str]:
    """Name the imports with a run that has no process any more: its owner is silent."""
    now, alive_at = datetime.now(UTC), import_runs.c.alive_at
    silent = or_(alive_at < now - LEASE, alive_at > now + LEASE)
    with reading(engine) as connection:
        chosen = select(import_runs.c.name).where(import_runs.c.owner.is_not(None), silent)
        return [str(name) for name in connection.scalars(chosen)]


def forget_failures(engine: Engine, name: str) -> None:
    """Forget since when an import fails: ten hours begin anew."""
    with engine.begin() as connection:
        change = update(import_runs).where(import_runs.c.name == name)
        connection.execute(change.values(failing_since=None))
