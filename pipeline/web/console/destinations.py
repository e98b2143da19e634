"""``/destinations``: which changes go where, and one of them."""

from datetime import timedelta
from typing import Any

from flask import Response

from pipeline.operate.series import read_series
from pipeline.operate.status.destination_status import count_audiences
from pipeline.operate.summary import read_summary
from pipeline.text.plural import counted
from pipeline.web.api.acting import findings_of, send_now
from pipeline.web.api.records import find_record
from pipeline.web.auth import needs
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.findings import outcome_of
from pipeline.web.console.pages import done, go_to, page
from pipeline.web.console.places import back
from pipeline.web.console.presses import once
from pipeline.web.console.queries import chosen_days
from pipeline.web.console.settings import settings_of
from pipeline.web.console.standing import read_standing
from pipeline.web.context import stores
from pipeline.web.quick_redis import answering_redis

destinations = ConsoleBlueprint("destinations")


@destinations.get("/destinations")
def show_all() -> Response:
    """List the destinations, and removed ones that still have rows or dead letters."""
    standing = read_standing(numbers=True)
    lines = [standing.destination(each) for each in standing.status.destinations]
    counted_audiences = count_audiences(standing.status.destinations)
    return page("destinations", "Destinations", live=True, lines=lines, audiences=counted_audiences)


@destinations.get("/destinations/<name>")
def show(name: str) -> Response:
    """Show one destination."""
    return detail_page(name)


@destinations.post("/destinations/<name>/test")
@needs("operate")
def test(name: str) -> Response:
    """Compare the account with the names in the destination, and show the findings."""
    find_record("destinations", name)
    return detail_page(name, findings_of("destinations", name))


@destinations.get("/destinations/<name>/test")
def tested(name: str) -> Response:
    """Lead a page of findings that is opened again to the destination."""
    return go_to(f"/destinations/{name}")


@destinations.post("/destinations/<name>/flush")
@needs("operate")
def flush(name: str) -> Response:
    """Make all rows of the destination's audience due now, once for each form that was shown."""
    audience = str(
        find_record("destinations", name).get("audience") or find_record("destinations", name)["journey"]
    )
    said: list[str] = []

    def send() -> str:
        said.append(flushed_text(send_now(audience)))
        return back(f"/destinations/{name}")

    place = once(answering_redis(), send, f"/destinations/{name}")
    return done(place, said[0]) if said else go_to(place)


def flushed_text(flushed: dict[str, Any]) -> str:
    """Return in words the answer of ``send_now``: rows that are due, stops and limits that keep them back."""
    parts = [f"{each['name']}: {counted(each['rows'], 'row')} due now" for each in flushed["destinations"]]
    parts += [stop for each in flushed["destinations"] if each["rows"] for stop in each["stops"]]
    parts += flushed["throttled"]
    if left := flushed["in_intake"]:
        parts.append(f"{counted(left, 'activation')} in the intake are not accepted yet")
    return "; ".join(parts)


def detail_page(name: str, found: dict[str, Any] | None = None) -> Response:
    """Return the page of a destination; ``found``: the outcome of a test."""
    document, days = find_record("destinations", name), chosen_days()
    standing, place = read_standing(), stores()
    catalog = standing.status.catalog
    record = catalog.destinations[name]
    [status] = [each for each in standing.status.destinations if each.name == name]
    step = "hour" if days == 7 else "day"
    series = read_series(
        place.redis, place.engine, step, timedelta(days=days), {"destination": name, "connector": None}
    )
    summary = read_summary(place.redis, place.engine, catalog, days=days, connector=record.connector)
    return page(
        "destination",
        name,
        live=found is None,
        record=record,
        backlog=status.backlog,
        line=standing.destination(status),
        settings=settings_of(document),
        stops=standing.stops_of("destination", name),
        numbers=next(line for line in summary.lines if line.where.destination == name),
        series=series,
        days=days,
        found=found,
        outcome=outcome_of(found),
    )
