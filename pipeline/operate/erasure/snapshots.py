"""Erase members: rows that destinations were last sent by a snapshot, and rows of one under comparison."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import redis
from sqlalchemy import Connection, Engine, Table, and_, delete, func, select, tuple_, update

from pipeline.operate.erasure.found import Found
from pipeline.snapshots import parts
from pipeline.snapshots.outbox import series_of
from pipeline.snapshots.sync import rehearsal
from pipeline.stores.database import reading
from pipeline.stores.row_lease import LEASE
from pipeline.stores.snapshot_tables import members, snapshot_parts, snapshots, staged


def erase(client: redis.Redis, engine: Engine, profile: str, found: Found, *, only_count: bool) -> None:
    """Delete a profile from all snapshots but those that a live run works on."""
    with reading(engine) if only_count else engine.begin() as connection:
        Copies(client, connection, profile, found, only_count=only_count).erase()


class Copies:
    """The rows of a profile in one transaction, which keeps a run from beginning."""

    def __init__(
        self, client: redis.Redis, connection: Connection, profile: str, found: Found, *, only_count: bool
    ) -> None:
        self._client = client
        self._connection = connection
        self._profile = profile
        self._found = found
        self._only_count = only_count
        chosen = select(snapshots) if only_count else select(snapshots).with_for_update()
        self._runs = {run.audience: run for run in connection.execute(chosen)}

    def erase(self) -> None:
        """Delete them, or count them."""
        of_run = {name: run.audience for run in self._runs.values() for name in staging_names(run)}
        for run, view in prefixes(self._connection, staged):
            key = and_(staged.c.run == run, staged.c.view == view)
            self._found.add("snapshot under way", self._delete(staged, key, of_run.get(run)))
        chosen = select(snapshot_parts.c.destination, snapshot_parts.c.audience)
        of_destination = {row.destination: row.audience for row in self._connection.execute(chosen)}
        for (destination,) in prefixes(self._connection, members):
            audience = of_destination.get(destination)
            amount = self._delete(members, members.c.destination == destination, audience)
            self._found.add("last sent", amount, destination)
        self._forget_positions()

    def _delete(self, table: Table, prefix: Any, audience: str | None) -> int:
        key = and_(prefix, table.c.profile_id == self._profile)
        amount = int(self._connection.scalar(select(func.count()).select_from(table).where(key)) or 0)
        if not amount or self._only_count:
            return amount
        return self._connection.execute(delete(table).where(key)).rowcount if self._free(audience) else 0

    def _forget_positions(self) -> None:
        """Let interrupted runs compare from the start: rows that they have sent differ no more."""
        at = snapshot_parts.c.position == self._profile
        for destination, audience in self._connection.execute(
            select(snapshot_parts.c.destination, snapshot_parts.c.audience).where(at)
        ).all():
            if self._only_count or not self._free(audience):
                continue
            one_part = snapshot_parts.c.destination == destination
            self._connection.execute(update(snapshot_parts).where(one_part).values(position=None))

    def _free(self, audience: str | None) -> bool:
        """Tell whether no run works on an audience's snapshots; if one does, note it in ``not_erased``."""
        run = self._runs.get(audience or "")
        why = run and self._in_the_way(run)
        if why and why not in self._found.not_erased:
            self._found.not_erased.append(why)
        return not why

    def _in_the_way(self, run: Any) -> str | None:
        if run.owner is not None and run.alive_at + LEASE > datetime.now(UTC):
            return f'a snapshot of audience "{run.audience}" is being taken in'
        if run.phase == "sending" and self._in_doubt(run):
            return f"the last `activation sync {run.audience}` was interrupted, and must be run again first"
        return None

    def _in_doubt(self, run: Any) -> bool:
        """Tell whether an interrupted run has appended chunks that it did not note.

        It will append them again under the same numbers, so they must hold the same rows.
        """
        for part in parts.of_audience(self._connection, run.audience).values():
            last = self._client.get(f"producer:{series_of(part)}")
            if part.run == run.run and last is not None and int(last) > part.chunk:
                return True
        return False


def staging_names(run: Any) -> tuple[str, str]:
    """Return the names under which rows of an audience may be staged."""
    return run.run, rehearsal(run.audience)


def prefixes(connection: Connection, table: Table) -> Iterator[tuple[str, ...]]:
    """Give the primary keys of a table without their profile, leaping from one to the next."""
    columns = [column for column in table.primary_key.columns if column.name != "profile_id"]
    chosen = select(*columns).order_by(*columns).limit(1)
    found = connection.execute(chosen).first()
    while found:
        yield tuple(found)
        found = connection.execute(chosen.where(tuple_(*columns) > tuple_(*found))).first()
