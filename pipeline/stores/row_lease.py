"""Row leases: one owner at a time for a row, as for the runs of a source, in all processes.

The table has the columns ``owner`` and ``alive_at``, and the name of the lease as its primary key. The owner
renews its lease every ten seconds. After a minute without renewal another process may take it over, and at
once if the owner was a process of this machine that is gone. A renewal of the future was before the clock
was put back: an owner that lives renews it within ten seconds.
"""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, Table, select, update
from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import PipelineError
from pipeline.stores.turn_owner import is_gone
from pipeline.stores.upsert import insert_new
from pipeline.text.durations import spell

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
RENEW_SECONDS = 10.0


class Busy(PipelineError):
    """Another process has the lease."""


class Lost(PipelineError):
    """The lease was lost to another process, which goes on where this one stopped."""


@dataclass(frozen=True)
class RowLease:
    """The lease of one owner on the row ``name``; ``run``: for messages, as 'run of source "leads"'."""

    engine: Engine
    table: Table
    name: str
    owner: str
    run: str

    def claim(
        self, connection: Connection, first: Mapping[str, Any] | None = None, **values: Any
    ) -> RowMapping:
        """Store the owner, with further ``values``; return the row as it was before.

        ``first``: columns of the row if it is not there yet. Raises Busy while another owner renews it.
        """
        key, now = self.table.primary_key.columns[0], datetime.now(UTC)
        insert_new(connection, self.table, {key.name: self.name, **(first or {})})
        chosen = select(self.table).where(self._row).with_for_update()
        stored = connection.execute(chosen).mappings().one()
        silent = (now - stored["alive_at"]).total_seconds() if stored["alive_at"] else 0.0
        if stored["owner"] and abs(silent) < LEASE.total_seconds() and not is_gone(stored["owner"]):
            raise Busy(self._busy(stored["owner"], max(silent, 0.0)))
        change = update(self.table).where(self._row)
        connection.execute(change.values({"owner": self.owner, "alive_at": now, **values}))
        return stored

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew the lease until the context ends, also while one statement takes long."""
        ended = threading.Event()
        renewing = threading.Thread(target=self._renew_until, args=(ended,), name="lease", daemon=True)
        renewing.start()
        try:
            yield
        finally:
            ended.set()
            renewing.join()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that raises Lost if another process has the lease.

        So a process that was only asleep cannot go on.
        """
        with self.engine.begin() as connection:
            if not self.renew(connection):
                raise Lost(f"the {self.run} was taken over by another process")
            yield connection

    def renew(self, connection: Connection, **values: Any) -> bool:
        """Renew the lease and store ``values`` with that; False if another process has it."""
        return self._change(connection, {"alive_at": datetime.now(UTC), **values})

    def give_up(self, **values: Any) -> None:
        """End the lease and store ``values`` with that, unless another process has it."""
        with self.engine.begin() as connection:
            self._change(connection, {"owner": None, **values})

    @property
    def _row(self) -> ColumnElement[bool]:
        return self.table.primary_key.columns[0] == self.name

    def _change(self, connection: Connection, values: Mapping[str, Any]) -> bool:
        change = update(self.table).where(self._row, self.table.c.owner == self.owner)
        return connection.execute(change.values(values)).rowcount > 0

    def _renew_until(self, ended: threading.Event) -> None:
        while not ended.wait(RENEW_SECONDS):
            try:
                with self.engine.begin() as connection:
                    self.renew(connection)
            except SQLAlchemyError as error:
                log.warning("turn not renewed", extra={"run": self.run, "error": type(error).__name__})

    def _busy(self, owner: str, silent: float) -> str:
        """Name the process that has the lease, and the end of it; ``silent``: seconds since its renewal."""
        process = owner.rpartition(" ")[0]
        return (
            f"a {self.run} is under way (process {process}, heard of {spell(silent)} ago): wait for its end; "
            f"if it was killed, try again in {spell(LEASE.total_seconds() - silent)}"
        )
