"""Runs of sources of every kind: queries and objects as snapshots, objects as streams."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import redis
from sqlalchemy import Engine

from pipeline.consents.withheld_wishes import pass_on_withheld
from pipeline.errors import Held, Misconfigured, PipelineError
from pipeline.model.connector import Connector
from pipeline.model.source import (
    EventsSource,
    MembersSource,
    PeopleSource,
    ProfilesSource,
    SalesforceSource,
    Source,
)
from pipeline.pairs.stale_fields import forget_removed
from pipeline.produce.appender import Appender
from pipeline.records.catalog import Catalog
from pipeline.records.records import Records
from pipeline.rules.outside import Outside
from pipeline.runtime.event_source import event_run
from pipeline.runtime.members_source import members_run
from pipeline.runtime.opening_rules import RuledSource, open_followers, open_pairing
from pipeline.runtime.people_source import people_run
from pipeline.runtime.profiles_source import profiles_run
from pipeline.runtime.rules_outside import AccountsOutside, Programs
from pipeline.runtime.source_halts import free_connector, hold_connector, why_waiting
from pipeline.runtime.source_readers import SourceReaders
from pipeline.snapshots import source_runs
from pipeline.snapshots.concerns import Unconfirmed
from pipeline.snapshots.sync import Outcome
from pipeline.stores import nudges
from pipeline.stores.outage import is_outage
from pipeline.stores.row_lease import Busy, Lost
from pipeline.streams.event_run import EventRun
from pipeline.streams.followers import Follower, Followers
from pipeline.streams.members_run import MembersRun
from pipeline.streams.people_run import PeopleRun
from pipeline.streams.profiles_run import ProfilesRun
from pipeline.streams.rehearsal import rehearse
from pipeline.streams.snapshot_lines import snapshot_lines
from pipeline.streams.stream_run import StreamOutcome, StreamRun
from pipeline.text import durations

log = logging.getLogger(__name__)

MINUTE = 60.0  # seconds
StreamSource = SalesforceSource | PeopleSource | ProfilesSource | EventsSource | MembersSource
BROKE_OFF = "its run broke off ({}); the log says where, and it is tried again at its time"
STREAM_OPTIONS = ("full", "resend", "patience", "progress", "confirm")  # of StreamRun


@dataclass(frozen=True)
class SourceRunner:
    """Runs sources now; ``events`` opens the events store, ``clients`` gives a connector's client."""

    redis: redis.Redis
    records: Records
    events: Callable[[], Engine]
    clients: Callable[[Connector], Any]
    minute: float = MINUTE  # seconds by which limits count a minute
    followers_of: Callable[[Catalog, RuledSource, Outside], Follower] = open_followers
    programs: Programs = field(default_factory=dict)  # of which runs have asked whether they run

    @cached_property
    def readers(self) -> SourceReaders:
        """Readers of records; each call takes a permit."""
        return SourceReaders(self.redis, self.events, self.clients, self.minute)

    def run(
        self, catalog: Catalog, source: Source, appender: Appender | None, **options: Any
    ) -> Outcome | StreamOutcome:
        """Run a source; None for ``appender``: a dry run.

        ``options``: those of ``Sync``; of streams those that STREAM_OPTIONS names.
        Raises Busy, and PipelineError after the source, or the connector that refuses it, was held; whatever
        else a value of a record raises holds the source, too, for it would come at every run.
        """
        try:
            outcome = self._run(catalog, source, appender, options)
        except Exception as error:
            if appender and isinstance(error, Held):
                hold_connector(self.redis, self.records, catalog, error)
            if isinstance(error, PipelineError) or is_outage(error):
                raise
            log.exception("source broke off", extra={"source": source.name})
            why = Misconfigured(f'source "{source.name}": {BROKE_OFF.format(type(error).__name__)}')
            if appender:
                source_runs.hold_for(self.records, catalog, source, why)
            raise why from error
        if appender:
            free_connector(self.redis, self.records, catalog, source)
        return outcome

    def _run(
        self, catalog: Catalog, source: Source, appender: Appender | None, options: dict[str, Any]
    ) -> Outcome | StreamOutcome:
        engine = self.records.engine
        if not isinstance(source, StreamSource):
            return source_runs.run(self.records, engine, catalog, source, appender, **options)
        if isinstance(source, SalesforceSource) and not source.is_stream:
            lines = snapshot_lines(self.events(), source.name, self.readers.reader_of(catalog, source))
            return source_runs.run(self.records, engine, catalog, source, appender, lines=lines, **options)
        try:
            outcome = self._stream(catalog, source, appender, options)
        except (Busy, Lost):
            raise
        except PipelineError as error:
            if appender and isinstance(error, Unconfirmed):
                pass_on_withheld(self.events(), source.name)
            if appender:
                source_runs.hold_for(self.records, catalog, source, error)
            raise
        if appender and ("source", source.name) in catalog.holds:
            self.records.release("source", source.name)
        return outcome

    def run_by_schedule(self, catalog: Catalog, name: str, appender: Appender) -> str:
        """Run a source that is due or nudged, and return the outcome in a line for Flower."""
        was_nudged = nudges.take(self.redis, name)
        source = catalog.sources.get(name)
        if source is not None and (why := why_waiting(catalog, source)):
            return f"{name}: {why}"
        if not isinstance(source, StreamSource) or not source.is_stream:
            return source_runs.run_by_schedule(catalog, name, appender, self.run)
        try:
            outcome = self.run(catalog, source, appender, patience=source.every * MINUTE)
        except (Busy, Lost):
            nudges.leave(self.redis, [name] if was_nudged else [])
            return f"another run of {name} is under way"
        except PipelineError as error:
            return source_runs.failure_in_words(source, error)
        return str(outcome)

    def _stream(
        self,
        catalog: Catalog,
        source: StreamSource,
        appender: Appender | None,
        options: dict[str, Any],
    ) -> StreamOutcome:
        if appender is not None:
            forget_removed(self.events(), catalog)
        if not isinstance(source, SalesforceSource):
            run = self._run_of(catalog, source, options)
            return run.rehearse() if appender is None else run.run(appender)
        follower, events = self._followers(catalog, source), self.events()
        pairing = open_pairing(catalog, source)
        follower = follower if pairing is None else Followers(follower, pairing)
        reader = self.readers.reader_of(catalog, source, follower.fields)
        if appender is None:
            again = {name: bool(options.get(name)) for name in ("full", "resend")}
            return rehearse(events, source, reader, **again)
        known = {name: options[name] for name in STREAM_OPTIONS if name in options}
        span = durations.parse(source.full)
        return StreamRun(events, source, reader, appender, span, follower, pairing=pairing, **known).run()

    def _run_of(
        self,
        catalog: Catalog,
        source: PeopleSource | ProfilesSource | EventsSource | MembersSource,
        options: dict[str, Any],
    ) -> PeopleRun | ProfilesRun | EventRun | MembersRun:
        """Prepare the run of a stream other than one of Salesforce."""
        if isinstance(source, PeopleSource):
            return people_run(catalog, source, self.events(), options)
        if isinstance(source, EventsSource):
            return event_run(catalog, source, self.events(), self._followers(catalog, source), options)
        if isinstance(source, MembersSource):
            ask = self.readers.asking(catalog.connectors[source.connector])
            follower = self._followers(catalog, source)
            return members_run(catalog, source, self.events(), ask, follower, options)
        return profiles_run(source, self.records.engine, self.events(), options)

    def _followers(self, catalog: Catalog, source: RuledSource) -> Follower:
        return self.followers_of(
            catalog, source, AccountsOutside(catalog, self.readers.asking, self.programs)
        )
