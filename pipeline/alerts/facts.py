"""Facts: numbers of both stores at the moment of a look, each read when a rule first asks for it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import redis
from sqlalchemy import BigInteger, ColumnElement, Engine, Table, cast, func, select

from pipeline.consents.told import oldest_untold
from pipeline.lanes.backlog import Backlog, read_backlogs
from pipeline.lanes.pace import read_paces
from pipeline.records.catalog import Catalog
from pipeline.stores import redis_health, sql_trouble, stopwatch
from pipeline.stores.database import reading
from pipeline.stores.event_tables import event_files
from pipeline.stores.outcome_tables import batches, dead_letters, open_letters
from pipeline.stores.redis_health import Server
from pipeline.stores.snapshot_tables import snapshots
from pipeline.stores.stream_tables import streams

WORKER_SEEN = "worker_seen"  # the event that each worker's timer restarts (runtime/heartbeat.py)


@dataclass(frozen=True)
class SettledRows:
    """The rows of one destination that were settled within some time."""

    delivered: int = 0
    rejected: int = 0

    @property
    def rows(self) -> int:
        """All of them."""
        return self.delivered + self.rejected

    @property
    def share(self) -> float:
        """The rejected ones as a share of all."""
        return self.rejected / self.rows if self.rows else 0.0


class Facts:
    """Facts that rules ask about; raises RedisError or SQLAlchemyError if a store gives no answer."""

    def __init__(
        self,
        client: redis.Redis,
        engine: Engine,
        catalog: Catalog,
        window: float,
        now: datetime | None = None,
        events: Callable[[], Engine | None] = lambda: None,
    ) -> None:
        """``window``: the seconds of a "per minute" limit; ``events`` gives the events store, if any."""
        self._events = events
        self._client = client
        self._engine = engine
        self._window = window
        self.catalog = catalog
        self.now = now or datetime.now(UTC)

    @cached_property
    def backlogs(self) -> Mapping[str, Backlog]:
        """Rows that wait, by destination."""
        return read_backlogs(self._client, self.catalog.destinations)

    @cached_property
    def throttled(self) -> frozenset[str]:
        """The connectors that are paused: their account refuses calls for a limit or for its capacity."""
        paces = read_paces(self._client, self.catalog, self._window)
        return frozenset(pace.connector for pace in paces if pace.paused or pace.capacity)

    @cached_property
    def server(self) -> Server:
        """The Redis server."""
        return redis_health.read(self._client)

    @cached_property
    def sql_trouble(self) -> str:
        """Why workers cannot write to SQL; "" if they can."""
        return sql_trouble.read(self._client)

    @cached_property
    def worker_unseen(self) -> float:
        """Seconds since a worker's timer beat."""
        return stopwatch.seconds(self._client, WORKER_SEEN)

    @cached_property
    def open_letters(self) -> Mapping[tuple[str, str], int]:
        """Open dead letters by destination and code."""
        columns = (open_letters.c.destination, open_letters.c.code)
        amount = cast(func.sum(open_letters.c.letters), BigInteger)
        statement = select(*columns, amount).where(open_letters.c.letters > 0).group_by(*columns)
        with reading(self._engine) as connection:
            return {(name, code): count for name, code, count in connection.execute(statement)}

    @cached_property
    def successes(self) -> Mapping[str, datetime]:
        """When a run last succeeded, by audience."""
        statement = select(snapshots.c.audience, snapshots.c.succeeded_at)
        with reading(self._engine) as connection:
            rows = connection.execute(statement.where(snapshots.c.succeeded_at.is_not(None))).all()
        return {row.audience: row.succeeded_at for row in rows}

    @cached_property
    def newest_files(self) -> Mapping[str, datetime]:
        """When a file was last seen for the first time, by import."""
        events = self._events()
        if events is None:
            return {}
        files = event_files.c
        newest = select(files.import_name, func.max(files.listed_at)).group_by(files.import_name)
        with reading(events) as connection:
            return {row[0]: row[1] for row in connection.execute(newest)}

    @cached_property
    def stream_successes(self) -> Mapping[str, datetime]:
        """When a run last succeeded, by source that is read on from a mark."""
        events = self._events()
        if events is None:
            return {}
        succeeded = select(streams.c.source, streams.c.succeeded_at).where(
            streams.c.succeeded_at.is_not(None)
        )
        with reading(events) as connection:
            return {row.source: row.succeeded_at for row in connection.execute(succeeded)}

    def oldest_opt_out(self, channel: str, destinations: Collection[str]) -> datetime | None:
        """Return when the oldest opting out was noted that a destination has not taken; None: none waits."""
        events = self._events()
        if events is None:
            return None
        with reading(events) as connection:
            oldest = oldest_untold(connection, channel, destinations)
        return None if oldest is None else datetime.fromtimestamp(oldest / 1000, UTC)

    def seconds_known(self, source: str) -> float:
        """Return the seconds since a rule first asked for a source."""
        return stopwatch.seconds(self._client, f"source_known:{source}")

    def settled(self, seconds: float) -> Mapping[str, SettledRows]:
        """Return the rows that were settled within the last ``seconds``, by destination."""
        found = {}
        for name, (delivered, rejected) in self._in_batches(seconds).items():
            found[name] = SettledRows(delivered, rejected)
        for name, count in self._never_in_batches(seconds).items():
            before = found.get(name, SettledRows())
            found[name] = SettledRows(before.delivered, before.rejected + count)
        return found

    def commonest_code(self, destination: str, seconds: float) -> str:
        """Return the code of most rows of a destination that were rejected; "" if there is none."""
        amount = func.count()
        statement = select(dead_letters.c.code).where(
            dead_letters.c.destination == destination, self._since(dead_letters, "created_at", seconds)
        )
        ordered = statement.group_by(dead_letters.c.code).order_by(amount.desc(), dead_letters.c.code)
        with reading(self._engine) as connection:
            return connection.scalar(ordered.limit(1)) or ""

    def _in_batches(self, seconds: float) -> Mapping[str, tuple[int, int]]:
        sums = (func.sum(batches.c.delivered), func.sum(batches.c.rejected))
        statement = select(batches.c.destination, *sums).where(self._since(batches, "finished_at", seconds))
        with reading(self._engine) as connection:
            rows = connection.execute(statement.group_by(batches.c.destination)).all()
        return {name: (int(delivered), int(rejected)) for name, delivered, rejected in rows}

    def _never_in_batches(self, seconds: float) -> Mapping[str, int]:
        """Count rows that were rejected before they came into a batch."""
        statement = select(dead_letters.c.destination, func.count()).where(
            dead_letters.c.batch.is_(None), self._since(dead_letters, "created_at", seconds)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(statement.group_by(dead_letters.c.destination)).all()
        return {name: count for name, count in rows if name}

    def _since(self, table: Table, column: str, seconds: float) -> ColumnElement[bool]:
        return table.c[column] >= self.now - timedelta(seconds=seconds)
