"""One run at a time for each audience, whoever starts it and wherever.

Whoever has the turn says every ten seconds that it lives. When it has not been heard of for a minute, another
may take over; each write of a run says in the same transaction whose turn it is, so one that was only asleep
cannot go on.
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
from pipeline.stores.tables import snapshots
from pipeline.stores.upsert import insert_new
from pipeline.text.durations import spell

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
BEAT = 10.0  # seconds


class Busy(PipelineError):
    """Another run for the audience is under way."""


class Lost(PipelineError):
    """The turn was lost to another run, which goes on where this one stopped."""


@dataclass
class Turn:
    """The right to change the snapshots of an audience, and the run that they are at."""

    engine: Engine
    audience: str
    owner: str
    run: str = ""
    phase: str = "new"
    taken_at: datetime | None = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Write in a transaction that fails when it is no longer our turn."""
        with self.engine.begin() as connection:
            if not self.alive(connection):
                raise Lost(f'the run for audience "{self.audience}" was taken over by another process')
            yield connection

    def alive(self, connection: Connection) -> bool:
        """Say that we live; False when it is no longer our turn."""
        change = update(snapshots).where(
            snapshots.c.audience == self.audience, snapshots.c.owner == self.owner
        )
        return connection.execute(change.values(alive_at=datetime.now(UTC))).rowcount > 0

    def note(self, connection: Connection, **values: Any) -> None:
        """Write down what the run is at."""
        connection.execute(update(snapshots).where(snapshots.c.audience == self.audience).values(values))
        for name in ("run", "phase", "taken_at"):
            setattr(self, name, values.get(name, getattr(self, name)))


@contextmanager
def turn(engine: Engine, audience: str) -> Iterator[Turn]:
    """Take the turn for an audience for as long as the context lasts; raises Busy."""
    taken = take(engine, audience, f"{os.getpid()} on {socket.gethostname()} {uuid.uuid4().hex}")
    ended = threading.Event()
    beating = threading.Thread(target=beat, args=(taken, ended), name="snapshot turn", daemon=True)
    beating.start()
    try:
        yield taken
    finally:
        ended.set()
        beating.join()
        with engine.begin() as connection:
            mine = (snapshots.c.audience == audience, snapshots.c.owner == taken.owner)
            connection.execute(update(snapshots).where(*mine).values(owner=None))


def take(engine: Engine, audience: str, owner: str) -> Turn:
    """Write ourselves down unless somebody is there who lives."""
    with engine.begin() as connection:
        insert_new(connection, snapshots, {"audience": audience, "run": "", "phase": "new"})
        chosen = snapshots.c.audience == audience
        found = connection.execute(select(snapshots).where(chosen).with_for_update()).one()
        now = datetime.now(UTC)
        if found.owner and found.alive_at + LEASE > now:
            raise Busy(busy(audience, found.owner, (now - found.alive_at).total_seconds()))
        connection.execute(update(snapshots).where(chosen).values(owner=owner, alive_at=now))
    return Turn(engine, audience, owner, found.run, found.phase, found.taken_at)


def busy(audience: str, owner: str, silent: float) -> str:
    """Say who is at it."""
    process = owner.rpartition(" ")[0]
    return (
        f'a run for audience "{audience}" is under way (process {process}, heard of {spell(silent)} ago): '
        f"wait for its end; if it was killed, try again in {spell(LEASE.total_seconds() - silent)}"
    )


def beat(taken: Turn, ended: threading.Event) -> None:
    """Say that we live until the end, also while one statement takes long."""
    while not ended.wait(BEAT):
        try:
            with taken.engine.begin() as connection:
                taken.alive(connection)
        except SQLAlchemyError as error:
            log.warning("turn not renewed", extra={"audience": taken.audience, "error": type(error).__name__})
