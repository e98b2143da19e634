"""Watch: the progress of the sample, read from the stores."""

import time
from collections.abc import Iterator

from sqlalchemy import Row, select

from pipeline.demo.example import LAPSED
from pipeline.demo.processes import WINDOW
from pipeline.demo.responsys import EXPIRY, THROTTLING, Responsys
from pipeline.lanes.backlog import Backlog, read_backlogs
from pipeline.lanes.pace import read_paces
from pipeline.model.shard import SHARDS
from pipeline.records.catalog import Catalog
from pipeline.runtime.stores import Stores
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import batches


class DemoWatch:
    """Looks again and again, and tells each thing once."""

    def __init__(self, stores: Stores, responsys: Responsys) -> None:
        self._stores = stores
        self._responsys = responsys
        self._catalog: Catalog = stores.records.load()
        self._destination = self._catalog.destinations[LAPSED]
        self._told: set[str] = set()
        self._started = time.monotonic()
        self.partial = False  # whether a batch left on its age

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    @property
    def waiting(self) -> int:
        """Count entries of the intake, and rows in lanes and in flight."""
        entries = sum(self._stores.redis.llen(f"intake:{shard}") for shard in range(SHARDS))
        return entries + self._backlog().waiting

    def news(self) -> Iterator[str]:
        """Return the events since the last look."""
        yield from self._batches()
        yield from self._throttling()
        yield from self._expiry()
        yield from self._remainder()

    def _backlog(self) -> Backlog:
        return read_backlogs(self._stores.redis)[self._destination.name]

    def _batches(self) -> Iterator[str]:
        with reading(self._stores.engine) as connection:
            for batch in connection.execute(select(batches).order_by(batches.c.finished_at)):
                if self._first(batch.id):
                    yield self._describe(batch)

    def _describe(self, batch: Row[tuple[object, ...]]) -> str:
        text = f"a batch of {batch.rows} is out: {batch.delivered} delivered, {batch.rejected} rejected"
        if batch.rows == self._destination.max_rows:
            return text
        self.partial = True
        return f"{text}; not full, it left on its age"

    def _throttling(self) -> Iterator[str]:
        for pace in read_paces(self._stores.redis, self._catalog, WINDOW):
            if pace.paused and self._first(THROTTLING):
                yield f"throttled ({THROTTLING}, injected): {pace.function} pauses for {pace.paused:.0f} s"

    def _expiry(self) -> Iterator[str]:
        if EXPIRY not in self._told:
            account = self._responsys.account()
            if account.met(EXPIRY) and account.calls["login", "answered"] > 1 and self._first(EXPIRY):
                yield f"the login runs out ({EXPIRY}, injected): logged in anew, the call went out again"

    def _remainder(self) -> Iterator[str]:
        backlog = self._backlog()
        alone = 0 < backlog.waiting < self._destination.max_rows and not (backlog.flying or backlog.again)
        if alone and (backlog.due or 0) > 1 and self._first("remainder"):
            yield (
                f"{backlog.waiting} rows do not fill a call; they leave in {backlog.due:.0f} s, "
                f"when the oldest has waited {self._destination.max_age:.0f} s"
            )

    def _first(self, what: str) -> bool:
        new = what not in self._told
        self._told.add(what)
        return new
