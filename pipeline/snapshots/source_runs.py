"""Source runs: the result of a query becomes a snapshot; the source is held if nothing could be sent."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from pipeline.errors import CallError, Held, Misconfigured, PipelineError
from pipeline.model.source import Source, SqlSource
from pipeline.produce.appender import Appender
from pipeline.produce.lines import FileLine
from pipeline.records.catalog import Catalog
from pipeline.records.records import Records
from pipeline.snapshots.concerns import Unconfirmed
from pipeline.snapshots.query import read_query
from pipeline.snapshots.sync import Outcome, Sync
from pipeline.stores.row_lease import Busy
from pipeline.text.messages import unknown
from pipeline.text.plural import counted

log = logging.getLogger(__name__)

STOPPED = "STOPPED"  # the code of a hold until a person confirms a run


def find_source(catalog: Catalog, name: str) -> Source:
    """Return a source by its name; raises Misconfigured when there is none."""
    if name not in catalog.sources:
        raise Misconfigured(unknown("source", name, catalog.sources))
    return catalog.sources[name]


def run(
    records: Records,
    engine: Engine,
    catalog: Catalog,
    source: Source,
    appender: Appender | None,
    *,
    lines: Iterable[FileLine] | None = None,
    **options: Any,
) -> Outcome:
    """Run a source now, with ``options`` of ``Sync``. A dry run (no appender) never holds the source.

    ``lines``: its members; None: they are the rows of its query.
    """
    now = datetime.now(UTC)
    try:
        if lines is None:
            lines = read_query(query_of(source, records), now)
        options = {"max_leaving": source.max_leaving, **options}
        sync = Sync(engine, catalog, source.audience or "", appender, **options)
        outcome = sync.run(lines, now, source.name)
    except Busy:
        raise
    except PipelineError as error:
        if appender:
            hold_for(records, catalog, source, error)
        raise
    if outcome.sent:
        records.release("source", source.name)
    elif appender:
        hold(records, catalog, source, STOPPED, "; ".join(concern.text for concern in outcome.concerns))
    return outcome


def reason_of(error: PipelineError) -> tuple[str, str]:
    """Return code and text of the error that a run ended with."""
    if isinstance(error, Unconfirmed):
        return STOPPED, str(error)
    return (error.code, error.detail) if isinstance(error, CallError) else ("ERROR", str(error))


def query_of(source: Source, records: Records) -> SqlSource:
    """Return the query of a source; without a url it is one of the events store."""
    if not isinstance(source, SqlSource):
        raise Misconfigured(f'source "{source.name}" has no query: it is of kind "{source.kind}"')
    return source if source.url else replace(source, url=records.events_url, of_events=True)


def hold_for(records: Records, catalog: Catalog, source: Source, error: PipelineError) -> None:
    """Hold a source for the error of its run, unless its connector is what is to be held."""
    if not is_of_connector(source, error):
        hold(records, catalog, source, *reason_of(error))


def is_of_connector(source: Source, error: PipelineError) -> bool:
    """Tell whether the account of the source's own connector refuses all calls, such as its login."""
    return isinstance(error, Held) and error.connector == getattr(source, "connector", None)


def failure_in_words(source: Source, error: PipelineError) -> str:
    """Return the outcome of a scheduled run that failed, in a line for Flower."""
    held = f"{source.name}: its connector" if is_of_connector(source, error) else source.name
    return f"{held} is held: `activation status` tells why"


def hold(records: Records, catalog: Catalog, source: Source, code: str, detail: str) -> None:
    """Hold a source with the reason for which nothing was sent; a run that sends releases it."""
    before = catalog.holds.get(("source", source.name))
    if before and (before.code, before.detail) != (code, detail):
        records.release("source", source.name)
    records.hold("source", source.name, "held", code, detail)
    log.warning("source held", extra={"source": source.name, "code": code})


def run_by_schedule(
    catalog: Catalog, name: str, appender: Appender, run: Callable[[Catalog, Source, Appender], Any]
) -> str:
    """Run a source that is due by ``run``, and return the outcome in a line for Flower."""
    if name not in catalog.sources:
        return f"there is no source {name}"
    source = catalog.sources[name]
    try:
        outcome: Outcome = run(catalog, source, appender)
    except Busy:
        return f"another run for {source.audience} is under way"
    except PipelineError as error:
        return failure_in_words(source, error)
    if not outcome.sent:
        return f"{name} is held: nothing was sent"
    if outcome.counts.refused:
        log.warning("rows refused", extra={"source": name, "rows": outcome.counts.refused})
    members, changes = outcome.counts.members, sum(part.sent for part in outcome.parts)
    return f"{name}: {counted(members, 'member')}, {counted(changes, 'change')}"
