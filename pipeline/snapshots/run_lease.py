"""Run lease: one run at a time for each audience, in all processes.

The process that holds the lease renews it every ten seconds. After a minute without renewal another process
may take the audience over. Each write of a run checks the owner in its own transaction, so a process that was
only asleep cannot go on.
"""

import logging
import os
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import PipelineError
from pipeline.stores.snapshot_tables import snapshots
from pipeline.stores.upsert import insert_new
from pipeline.text.durations import spell

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
RENEW_SECONDS = 10.0


class Busy(PipelineError):
    """Another run for the audience is under way."""


class Lost(PipelineError):
    """The lease was lost to another run, which goes on where this one stopped."""


@dataclass
class RunLease:
    """The right to change the snapshots of an audience, with the name and phase of their last run."""

    engine: Engine
    audience: str
    owner: str
    run: str = ""
    phase: str = "new"
    taken_at: datetime | None = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that raises Lost if another process has the lease."""
        with self.engine.begin() as connection:
            if not self.alive(connection):
                raise Lost(f'the run for audience "{self.audience}" was taken over by another process')
            yield connection

    def alive(self, connection: Connection) -> bool:
        """Renew the lease; False if another process has it."""
        change = update(snapshots).where(
            snapshots.c.audience == self.audience, snapshots.c.owner == self.owner
        )
        return connection.execute(change.values(alive_at=datetime.now(UTC))).rowcount > 0

    def write(self, connection: Connection, **values: Any) -> None:
        """Store these columns of the run."""
        connection.execute(update(snapshots).where(snapshots.c.audience == self.audience).values(values))
        for name in ("run", "phase", "taken_at"):
            setattr(self, name, values.get(name, getattr(self, name)))


@contextmanager
def hold_run(engine: Engine, audience: str) -> Iterator[RunLease]:
    """Hold the lease of an audience for as long as the context lasts; raises Busy."""
    lease = claim_run(engine, audience, f"{os.getpid()} on {socket.gethostname()} {uuid.uuid4().hex}")
    ended = threading.Event()
    beating = threading.Thread(target=renew, args=(lease, ended), name="run lease", daemon=True)
    beating.start()
    try:
        yield lease
    finally:
        ended.set()
        beating.join()
        with engine.begin() as connection:
            own_row = (snapshots.c.audience == audience, snapshots.c.owner == lease.owner)
            connection.execute(update(snapshots).where(*own_row).values(owner=None))


def claim_run(engine: Engine, audience: str, owner: str) -> RunLease:
    """Store ``owner`` as the holder of the lease; raises Busy while another holder renews it."""
    with engine.begin() as connection:
        insert_new(connection, snapshots, {"audience": audience, "run": "", "phase": "new"})
        chosen = snapshots.c.audience == audience
        stored = connection.execute(select(snapshots).where(chosen).with_for_update()).one()
        now = datetime.now(UTC)
        if stored.owner and stored.alive_at + LEASE > now:
            raise Busy(busy(audience, stored.owner, (now - stored.alive_at).total_seconds()))
        connection.execute(update(snapshots).where(chosen).values(owner=owner, alive_at=now))
    return RunLease(engine, audience, owner, stored.run, stored.phase, stored.taken_at)


def busy(audience: str, owner: str, silent: float) -> str:
    """Name the process that holds the lease, and the end of it; ``silent``: seconds since its renewal."""
    process = owner.rpartition(" ")[0]
    return (
        f'a run for audience "{audience}" is under way (process {process}, heard of {spell(silent)} ago): '
        f"wait for its end; if it was killed, try again in {spell(LEASE.total_seconds() - silent)}"
    )


def renew(lease: RunLease, ended: threading.Event) -> None:
    """Renew the lease until ``ended``, also while one statement takes long."""
    while not ended.wait(RENEW_SECONDS):
        try:
            with lease.engine.begin() as connection:
                lease.alive(connection)
        except SQLAlchemyError as error:
            log.warning("turn not renewed", extra={"audience": lease.audience, "error": type(error).__name__})
