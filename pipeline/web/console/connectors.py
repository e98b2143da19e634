"""``/connectors``: the accounts on outside systems, and one of them."""

from typing import Any

from flask import Response

from pipeline.operate.summary import read_summary
from pipeline.web.api.acting import findings_of
from pipeline.web.api.records import find_record
from pipeline.web.auth import needs
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.findings import outcome_of
from pipeline.web.console.pages import go_to, page
from pipeline.web.console.queries import chosen_days
from pipeline.web.console.settings import settings_of
from pipeline.web.console.standing import read_standing, shown_name
from pipeline.web.context import stores

connectors = ConsoleBlueprint("connectors")


@connectors.get("/connectors")
def show_all() -> Response:
    """List the connectors."""
    standing = read_standing(numbers=True)
    lines = [standing.connector(name) for name in sorted(standing.status.catalog.connectors)]
    return page("connectors", "Connectors", live=True, lines=lines)


@connectors.get("/connectors/<name>")
def show(name: str) -> Response:
    """Show one connector."""
    return detail_page(name)


@connectors.post("/connectors/<name>/test")
@needs("operate")
def test(name: str) -> Response:
    """Compare the account with the records that name parts of it, and show the findings."""
    find_record("connectors", name)
    return detail_page(name, findings_of("connectors", name))


@connectors.get("/connectors/<name>/test")
def tested(name: str) -> Response:
    """Lead a page of findings that is opened again to the connector."""
    return go_to(f"/connectors/{name}")


def detail_page(name: str, found: dict[str, Any] | None = None) -> Response:
    """Return the page of a connector; ``found``: the outcome of a test."""
    document, days = find_record("connectors", name), chosen_days()
    standing = read_standing()
    catalog, place = standing.status.catalog, stores()
    limits = [each for each in standing.document["limits"] if each["connector"] == name]
    return page(
        "connector",
        shown_name(catalog.connectors[name]),
        live=found is None,
        name=name,
        record=catalog.connectors[name],
        line=standing.connector(name),
        settings=settings_of(document),
        stops=standing.stops_of("connector", name),
        limits=limits,
        org=next((each for each in standing.document.get("orgs", []) if each["connector"] == name), None),
        destinations=[standing.destination(each) for each in standing.destinations_of(name)],
        summary=read_summary(place.redis, place.engine, catalog, days=days, connector=name),
        days=days,
        found=found,
        outcome=outcome_of(found),
    )
