"""``/sources``: queries on a schedule, and one of them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response, request
from sqlalchemy import select

from pipeline.model.source import Source
from pipeline.operate.running import begin_run
from pipeline.operate.stream_status import StreamStatus
from pipeline.records.stops import stop_of
from pipeline.stores.database import reading
from pipeline.stores.snapshot_tables import snapshots
from pipeline.web.api.records import find_record
from pipeline.web.auth import needs
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.pages import go_to, page
from pipeline.web.console.presses import once
from pipeline.web.console.settings import settings_of
from pipeline.web.console.standing import Line, Standing, read_standing, shown_name
from pipeline.web.context import actor, stores
from pipeline.web.quick_redis import answering_redis

RUNNING = ("new", "reading", "sending")

sources = ConsoleBlueprint("sources")


@dataclass(frozen=True)
class SourceLine(Line):
    """A source of a list; its rows are those that wait for the destinations of its audience."""

    audience: str | None = None
    last_run: datetime | None = None  # its end
    next_run: datetime | None = None  # None: it never runs by itself, or a worker must first look


@sources.get("/sources")
def show_all() -> Response:
    """List the sources."""
    standing = read_standing(numbers=True)
    named = sorted(standing.status.catalog.sources.items())
    lines = [line_of(standing, source) for _, source in named]
    return page("sources", "Sources", live=True, lines=lines, imports=standing.status.imports)


@sources.get("/sources/<name>")
def show(name: str) -> Response:
    """Show one source."""
    document, standing = find_record("sources", name), read_standing()
    source = standing.status.catalog.sources[name]
    query = document.pop("query", None)
    return page(
        "source",
        name,
        live=True,
        record=source,
        query=query,
        settings=settings_of(document),
        line=line_of(standing, source),
        run=last_run(name),
        stream=stream_of(standing, source),
        stops=standing.stops_of("source", name),
        destinations=[each.name for each in standing.status.catalog.for_audience(source.audience)],
    )


@sources.post("/sources/<name>/run")
@needs("operate")
def run(name: str) -> Response:
    """Begin a run, and show how far it has come."""
    find_record("sources", name)
    place = stores()
    options = {name: request.form.get(name) == "yes" for name in ("confirm", "full")}

    def begin() -> str:
        operation = begin_run(place.engine, place.broker_url, actor(), name, **options)
        return f"/operations/{operation.id}"

    return go_to(once(answering_redis(), begin, f"/sources/{name}"))


def line_of(standing: Standing, source: Source) -> SourceLine:
    """Return the line of a source."""
    catalog = standing.status.catalog
    names = {each.name for each in catalog.for_audience(source.audience)}
    fed = [standing.destination(each) for each in standing.status.destinations if each.name in names]
    found, stop = last_run(source.name), stop_of(catalog, "source", source.name)
    stream = stream_of(standing, source)
    return SourceLine(
        name=source.name,
        shown=shown_name(source),
        state=stream.state if stream else state_of(source, stop.kind if stop else None, found),
        waiting=sum(each.waiting for each in fed),
        oldest=max((each.oldest for each in fed if each.oldest is not None), default=None),
        sent=sum(each.sent for each in fed),
        rejected=sum(each.rejected for each in fed),
        stop=stop,
        audience=source.audience,
        last_run=last_end(standing, source, found),
        next_run=next_run(source),
    )


def stream_of(standing: Standing, source: Source) -> StreamStatus | None:
    """Return how a source that is read on from a mark stands, None for another one."""
    return next((one for one in standing.status.streams if one.source.name == source.name), None)


def last_end(standing: Standing, source: Source, found: Any) -> datetime | None:
    """Return the end of the last run."""
    stream = stream_of(standing, source)
    return stream.run.finished_at if stream else found and found["finished_at"]


def state_of(source: Source, stopped: str | None, found: Any) -> str:
    """Name the state of a source in a word."""
    if found and found["owner"] and found["phase"] in RUNNING:
        return "running"
    return stopped or ("ready" if source.enabled else "disabled")


def last_run(name: str) -> Any:
    """Return the row of the snapshot that the source took last, None if there is none."""
    with reading(stores().engine) as connection:
        found = connection.execute(select(snapshots).where(snapshots.c.source == name))
        return found.mappings().first()


def next_run(source: Source) -> datetime | None:
    """Return the time of the next run by the schedule (see snapshots/schedule.py)."""
    left = stores().redis.pttl(f"turn:source:{source.name}:{source.every:g}") if source.enabled else -1
    return datetime.now(UTC) + timedelta(milliseconds=left) if left > 0 else None
