"""An audience with destinations, into which snapshots are taken."""

from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis
from sqlalchemy import Engine, select

from pipeline.model.activation import Activation
from pipeline.produce.appender import Appender
from pipeline.produce.lines import FileLine
from pipeline.records import mirror
from pipeline.records.records import Records
from pipeline.snapshots.sync import Outcome, Sync
from pipeline.stores import tables
from pipeline.stores.database import reading
from tests.environment import ACME, LAPSED
from tests.fixtures.intake import Bell, Entries

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def member(profile: str, **variables: Any) -> dict[str, Any]:
    """Describe a member."""
    return {"profile_id": profile, "identifiers": {"crm_id": f"C-{profile}"}, "variables": variables}


class Environment:
    """An audience with destinations, into which snapshots are taken."""

    def __init__(self, redis: Redis, engine: Engine, records: Records) -> None:
        self.redis, self.engine, self.records = redis, engine, records
        self.now = NOON
        self.entries = Entries(redis)
        self.apply(lapsed=LAPSED)

    def apply(self, **destinations: Any) -> None:
        """Make these the destinations."""
        configuration = {"connectors": {"acme": ACME}, "destinations": destinations}
        self.records.apply(configuration, prune=True)
        mirror.refresh(self.redis, self.records)

    def sync(self, *rows: Any, dry_run: bool = False, **how: Any) -> Outcome:
        """Take a snapshot of these rows in, a minute after the last one."""
        self.now += timedelta(minutes=1)
        lines = (row if isinstance(row, FileLine) else FileLine(n, row) for n, row in enumerate(rows, 1))
        return self.prepare(dry_run=dry_run, **how).run(lines, self.now)

    def prepare(self, *, dry_run: bool = False, client: Any = None, **how: Any) -> Sync:
        """Prepare a run."""
        appender = None if dry_run else Appender(client or self.redis, Bell(), sleep=lambda _: None)
        return Sync(self.engine, self.records.load(), "lapsed-buyers", appender, **how)

    def sent(self) -> list[tuple[str, str, str | None]]:
        """Return what was appended since the last time: destination, what happened, and the profile."""
        found = self.taken()
        return sorted((entry.destination or "", entry.call_type, entry.profile_id) for entry in found)

    def taken(self) -> list[Activation]:
        """Take everything out of the intake."""
        found = self.entries()
        for key in self.redis.scan_iter("intake:*"):
            self.redis.delete(key)
        return found

    def rows(self, table: Any) -> list[tuple[Any, ...]]:
        """Return what a table holds."""
        with reading(self.engine) as connection:
            return [tuple(row) for row in connection.execute(select(table))]

    def members(self, destination: str = "lapsed") -> list[str]:
        """Return whom a destination knows."""
        table = tables.members
        with reading(self.engine) as connection:
            chosen = select(table.c.profile_id).where(table.c.destination == destination)
            return list(connection.scalars(chosen.order_by(table.c.profile_id)))
