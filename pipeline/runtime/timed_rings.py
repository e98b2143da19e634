"""Rings of a worker's timer for sources, imports, notes, e-mails, schemas and limits that are due.

Keys
    turn:limits:{a}      there while an account's limits are read, or were read lately
    turn:source:{s}:{m}  the same for running a source (see snapshots/schedule.py)
    turn:nudge:{s}       the same for running a source that was nudged (see stores/nudges.py)
    turn:schema:{c}      the same for comparing the schema of a connector (see stores/schema_notes.py)
    turn:import:{i}:{m}  the same for running an import (see event_files/import_schedule.py)
"""

from collections.abc import Callable
from functools import partial

import redis
from sqlalchemy import Engine

from pipeline.event_files import import_schedule
from pipeline.lanes import limits
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import kind_of
from pipeline.records.mirror import why_stopped
from pipeline.runtime.beat import MAX_DOORBELLS
from pipeline.runtime.duties import Duties
from pipeline.settle.witness_notes import any_note
from pipeline.snapshots import schedule
from pipeline.stores import nudges, schema_notes
from pipeline.stores.doorbell import Doorbell

NOTES_SECONDS = 2.0  # between two looks for notes that batches left
EMAILS_SECONDS = 300.0  # between two looks for e-mails without an answer
CONSENTS_SECONDS = 10.0  # between two looks for wishes that a command has left, and for new members
SCHEMAS_SECONDS = 60.0  # between two looks for schemas that are to be compared
SCHEMA_SECONDS = 86_400.0  # between two comparisons of one connector's schema
PEOPLE_SECONDS = 3600.0  # between two looks after people
LIMITS_RETRY_SECONDS = 300.0  # until an account that did not tell its limits is asked again


class TimedRings:
    """Rings for all duties that are due by the catalog; other tasks do them."""

    def __init__(self, client: redis.Redis, engine: Engine, doorbell: Doorbell, duties: Duties) -> None:
        self._client = client
        self._engine = engine
        self._doorbell = doorbell
        self._duties = duties

    def ring(self, catalog: Catalog) -> None:
        """Ring for all of it; one that fails keeps no other from being rung for."""
        rings: dict[str, Callable[[Catalog], None]] = {
            "limits": self._learn_limits,
            "sources": self._run_sources,
            "imports": self._run_imports,
            "notes": self._take_notes,
            "emails": self._look_emails_up,
            "schemas": self._compare_schemas,
        }
        for duty, ring in rings.items():
            self._duties.attempt(duty, partial(ring, catalog))

    def _learn_limits(self, catalog: Catalog) -> None:
        """Ring for the limits of accounts that have not told them, or not recently enough."""
        for connector in catalog.connectors.values():
            if kind_of(connector).read_limits is None or why_stopped(catalog, connector):
                continue
            if limits.asked_recently(self._client, connector.account):
                continue
            if self._duties.take(
                limits.asking_key(connector.account).removeprefix("turn:"), LIMITS_RETRY_SECONDS
            ):
                self._doorbell.read_limits(connector.name)

    def _run_sources(self, catalog: Catalog) -> None:
        for source in schedule.due(catalog, self._engine, self._duties.take):
            self._doorbell.run_source(source)
        for source in self._nudged(catalog):
            if nudges.may_call(self._client, source):
                self._doorbell.run_source(source)

    def _nudged(self, catalog: Catalog) -> list[str]:
        """Name the sources that a nudge waits for; that of a source that is gone is dropped."""
        if not any(source.is_stream for source in catalog.sources.values()):
            return []
        waiting = nudges.waiting(self._client)
        for gone in {*waiting} - catalog.sources.keys():
            nudges.take(self._client, gone)
        return [name for name in waiting if name in catalog.sources]

    def _run_imports(self, catalog: Catalog) -> None:
        for name in import_schedule.due(catalog, self._engine, self._duties.take):
            self._doorbell.run_import(name)

    def _take_notes(self, catalog: Catalog) -> None:
        """Ring for notes of batches, where streams or rules wait for them; once an hour in any case."""
        if not catalog.witnessed_audiences or self._client.llen("sync") >= MAX_DOORBELLS:
            return
        is_time = self._duties.take("people", PEOPLE_SECONDS)
        is_time |= bool(catalog.consents) and self._duties.take("consents", CONSENTS_SECONDS)
        if is_time or (self._duties.take("notes", NOTES_SECONDS) and any_note(self._engine)):
            self._doorbell.take_notes()

    def _look_emails_up(self, catalog: Catalog) -> None:
        """Ring for the look-up of e-mails without an answer, where event files may tell of them."""
        if not catalog.imports or not catalog.sends_email or self._client.llen("sync") >= MAX_DOORBELLS:
            return
        if self._duties.take("emails", EMAILS_SECONDS):
            self._doorbell.look_emails_up()

    def _compare_schemas(self, catalog: Catalog) -> None:
        """Ring once a day for each connector, the first time a day after it was met."""
        if not self._duties.take("schemas", SCHEMAS_SECONDS) or self._client.llen("sync") >= MAX_DOORBELLS:
            return
        for name, connector in catalog.connectors.items():
            if kind_of(connector).field_shapes is None or why_stopped(catalog, connector):
                continue
            if self._duties.take(f"schema:{name}", SCHEMA_SECONDS) and not schema_notes.is_new(
                self._client, name
            ):
                self._doorbell.compare_schema(name)
