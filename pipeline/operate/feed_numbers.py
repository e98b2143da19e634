"""Numbers of event files: files, new events and bad lines of some days, by import, feed and day."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from pipeline.records.catalog import Catalog
from pipeline.stores.database import reading
from pipeline.stores.event_tables import event_files


@dataclass(frozen=True)
class FeedNumbers:
    """The landed files of one import and feed."""

    name: str  # of the import
    feed: str
    files: int
    events: int  # that were not known before
    quarantined: int
    days: Mapping[str, int]  # events by the day of landing, in UTC: {"2026-11-30": 12}

    def document(self) -> dict[str, Any]:
        """Return the numbers for programs."""
        return {**vars(self), "days": dict(self.days)}


def read_feed_numbers(
    events: Engine | None, catalog: Catalog, *, days: int, connector: str | None = None
) -> tuple[FeedNumbers, ...]:
    """Read the numbers of the last days, of one connector's imports or of all, by name and feed."""
    if events is None:
        return ()
    own = None if connector is None else [n for n, e in catalog.imports.items() if e.connector == connector]
    found: dict[tuple[str, str], list[Any]] = {}
    for row in landed_since(events, datetime.now(UTC) - timedelta(days=days), own):
        found.setdefault((row.import_name, row.feed), []).append(row)
    return tuple(numbers_of(*place, rows) for place, rows in sorted(found.items()))


def landed_since(events: Engine, since: datetime, names: Collection[str] | None) -> list[Any]:
    """Return the files that have landed since then, of some imports or (None) of all, the oldest first."""
    files = event_files.c
    chosen = select(files.import_name, files.feed, files.landed_at, files.new, files.quarantined)
    chosen = chosen.where(files.landed_at >= since).order_by(files.landed_at)
    if names is not None:
        chosen = chosen.where(files.import_name.in_(names))
    with reading(events) as connection:
        return list(connection.execute(chosen))


def numbers_of(name: str, feed: str, rows: Collection[Any]) -> FeedNumbers:
    """Add the numbers of files up."""
    days: Counter[str] = Counter()
    for row in rows:
        days[row.landed_at.date().isoformat()] += row.new
    quarantined = sum(row.quarantined for row in rows)
    return FeedNumbers(name, feed, len(rows), sum(row.new for row in rows), quarantined, days)
