"""Imports for people: the step of each, its last success, the files that wait, and those of the last day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import redis
from sqlalchemy import Engine, func, select

from pipeline.event_files.import_schedule import FAILED, duty_of, stops_of_import
from pipeline.event_files.run_turn import RunState, read_runs
from pipeline.model.event_import import EventImport
from pipeline.people.crowds import Crowds, read_crowds
from pipeline.records.catalog import Catalog
from pipeline.stores.database import reading
from pipeline.stores.event_tables import event_files
from pipeline.text.labels import label_fields
from pipeline.text.times import rfc3339

DAY = timedelta(days=1)


@dataclass(frozen=True)
class ImportStatus:
    """One import at one moment."""

    record: EventImport
    state: str  # running, sleeping until …, paused, held, failed, disabled; or that of its connector
    run: RunState
    files: Mapping[str, int]  # of the ledger, by state
    events: Mapping[str, int]  # new ones of the last day, by feed
    newest_file: datetime | None
    reason: str = ""  # of its stop, or of the last failure
    crowds: Crowds = field(default_factory=Crowds)  # of the whole events store

    @property
    def name(self) -> str:
        """The record's name."""
        return self.record.name

    @property
    def waiting(self) -> int:
        """Files that were seen and are not landed."""
        return self.files.get("waiting", 0) + self.files.get("fetched", 0)

    @property
    def is_stopped(self) -> bool:
        """Whether it does not run by its schedule."""
        return not self.state.startswith(("running", "sleeping"))

    def late_by(self, now: datetime) -> timedelta | None:
        """Return since when there is no new file, if that is too long; None: all is well."""
        since = self.newest_file or self.run.first_started_at
        if self.is_stopped or since is None or now - since < timedelta(minutes=self.record.late_after):
            return None
        return now - since

    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        run = self.run
        return {
            "name": self.name,
            **label_fields(self.record.label, self.record.description),
            "state": self.state,
            "connector": self.record.connector,
            "step": run.step or None,
            "last_success": run.succeeded_at and rfc3339(run.succeeded_at),
            "failing_since": run.failing_since and rfc3339(run.failing_since),
            "newest_file": self.newest_file and rfc3339(self.newest_file),
            "waiting": self.waiting,
            "files": dict(self.files),
            "events": dict(self.events),
            "error": self.reason or None,
        }


def read_imports(
    client: redis.Redis, engine: Engine, events: Engine, catalog: Catalog
) -> tuple[ImportStatus, ...]:
    """Read all imports, sorted by name; ``events``: the events store."""
    runs = read_runs(engine)
    return tuple(
        import_status(client, events, catalog, each, runs.get(name, RunState()))
        for name, each in sorted(catalog.imports.items())
    )


def import_status(
    client: redis.Redis, events: Engine, catalog: Catalog, each: EventImport, run: RunState
) -> ImportStatus:
    """Read one import."""
    stops = stops_of_import(catalog, each)
    return ImportStatus(
        record=each,
        state=state_of(client, catalog, each, run),
        run=run,
        files=counts_of(events, each.name),
        events=events_of_day(events, each.name),
        newest_file=newest_of(events, each.name),
        reason=run.error or (stops[0].reason if stops else ""),
        crowds=read_crowds(events),
    )


def state_of(client: redis.Redis, catalog: Catalog, each: EventImport, run: RunState) -> str:
    """Say in a word or two at which step an import is."""
    if run.running:
        return "running"
    stops = stops_of_import(catalog, each)
    if not stops:
        return f"sleeping until {rfc3339(next_run(client, each))}"
    first = stops[0]
    if first.scope == "import":
        return "failed" if first.code == FAILED else first.kind
    return f"connector {first.kind}"


def next_run(client: redis.Redis, each: EventImport) -> datetime:
    """Return when a worker runs an import next; now, if it is due."""
    left = int(client.pttl(f"turn:{duty_of(each)}"))
    return (datetime.now(UTC) + timedelta(milliseconds=max(left, 0))).replace(microsecond=0)


def counts_of(events: Engine, name: str) -> dict[str, int]:
    """Count the files of an import by state."""
    chosen = select(event_files.c.state, func.count()).where(event_files.c.import_name == name)
    with reading(events) as connection:
        rows = connection.execute(chosen.group_by(event_files.c.state)).all()
    return {str(state): int(amount) for state, amount in rows}


def events_of_day(events: Engine, name: str) -> dict[str, int]:
    """Count the new events of the last day by feed."""
    files = event_files.c
    chosen = select(files.feed, func.sum(files.new)).where(
        files.import_name == name, files.landed_at > datetime.now(UTC) - DAY
    )
    with reading(events) as connection:
        rows = connection.execute(chosen.group_by(files.feed).order_by(files.feed)).all()
    return {str(feed): int(amount) for feed, amount in rows}


def newest_of(events: Engine, name: str) -> datetime | None:
    """Return when a file of an import was last seen for the first time."""
    with reading(events) as connection:
        chosen = select(func.max(event_files.c.listed_at)).where(event_files.c.import_name == name)
        newest: datetime | None = connection.scalar(chosen)
    return newest
