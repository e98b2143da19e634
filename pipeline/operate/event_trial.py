"""A trial of a rule on kept events, day by day in the order of their time."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pipeline.model.source import EventsSource
from pipeline.records.catalog import Catalog
from pipeline.rules.rule_trial import RuleTrial
from pipeline.runtime.event_source import lookup_of
from pipeline.runtime.stores import Stores
from pipeline.stores.database import reading
from pipeline.streams.event_variables import DAY

AT_ONCE = 5_000  # events


def try_on_events(
    stores: Stores, catalog: Catalog, source: EventsSource, trial: RuleTrial, fields: Sequence[str]
) -> None:
    """Let kept events go through a trial, from the first one that may give points."""
    lookup = lookup_of(catalog, source, stores.events, fields)
    first, today = int(trial.begin.timestamp()) // DAY, int(datetime.now(UTC).timestamp()) // DAY
    for day in range(first, today + 2):
        with reading(stores.events) as connection:
            records = lookup.of_day(connection, day)
            for start in range(0, len(records), AT_ONCE):
                trial.take(connection, records[start : start + AT_ONCE])
