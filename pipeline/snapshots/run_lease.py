"""Run lease: one run at a time for each audience, in all processes (row_lease.py)."""

import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, update

from pipeline.stores.row_lease import RowLease
from pipeline.stores.snapshot_tables import snapshots


@dataclass
class RunLease:
    """The right to change the snapshots of an audience, with the name and phase of their last run."""

    engine: Engine
    audience: str
    lease: RowLease
    run: str = ""
    phase: str = "new"
    taken_at: datetime | None = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that raises Lost if another process has the lease."""
        with self.lease.writing() as connection:
            yield connection

    def write(self, connection: Connection, **values: Any) -> None:
        """Store these columns of the run."""
        connection.execute(update(snapshots).where(snapshots.c.audience == self.audience).values(values))
        for name in ("run", "phase", "taken_at"):
            setattr(self, name, values.get(name, getattr(self, name)))


@contextmanager
def hold_run(engine: Engine, audience: str) -> Iterator[RunLease]:
    """Hold the lease of an audience for as long as the context lasts; raises Busy."""
    owner = f"{os.getpid()} on {socket.gethostname()} {uuid.uuid4().hex}"
    lease = RowLease(engine, snapshots, audience, owner, f'run for audience "{audience}"')
    with engine.begin() as connection:
        stored = lease.claim(connection, {"run": "", "phase": "new"})
    try:
        with lease.kept():
            yield RunLease(engine, audience, lease, stored["run"], stored["phase"], stored["taken_at"])
    finally:
        lease.give_up()
