"""Pages: templates with the key's rights, messages after a form was sent, and links to older rows."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, flash, g, get_flashed_messages, render_template, request

from pipeline.records.shown_names import ShownNames, read_shown_names
from pipeline.web.console.charts import chart
from pipeline.web.console.places import here, own_path
from pipeline.web.console.presses import new_press
from pipeline.web.console.texts import FILTERS
from pipeline.web.context import stores

OF_AN_ADDRESS = "%!#$&'()*+,/:;=?@[]~"  # characters that an address has as they are
LIVE = "X-Live"  # header of a request by the script for the parts that change
LINKS = {
    "Overview": "/",
    "Connectors": "/connectors",
    "Destinations": "/destinations",
    "Sources": "/sources",
    "Dead letters": "/dead-letters",
    "Trace": "/trace",
    "Batches": "/batches",
    "Statistics": "/statistics",
    "Alerts": "/alerts",
    "Activity": "/activity",
}
BELOW: Mapping[str, str] = {  # the link to which pages without one of their own belong
    "imports": "/sources",
    "rules": "/sources",
    "mappings": "/sources",
    "pairs": "/sources",
    "consents": "/sources",
    "people": "/sources",
    "conflicts": "/sources",
    "wishes": "/sources",
    "channels": "/alerts",
}


def install(app: Flask) -> None:
    """Give templates their filters and functions."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {**FILTERS, "own_path": own_path}
    app.jinja_env.globals |= {
        "chart": chart,
        "here": here,
        "link_here": link_here,
        "links": links,
        "may": may,
        "messages": messages,
        "new_press": new_press,
        "older": older,
        "shown_names": shown_names,
        "with_query": with_query,
    }


def shown_names() -> ShownNames:
    """Return the labels of records, read once for a page."""
    if "shown_names" not in g:
        g.shown_names = read_shown_names(stores().engine)
    found: ShownNames = g.shown_names
    return found


def page(template: str, heading: str, status: int = 200, **values: Any) -> Response:
    """Return a page; ``heading`` is its ``h1`` and the first part of its title."""
    text = render_template(f"console/{template}.html", heading=heading, key=g.get("key"), **values)
    return Response(text, status, content_type="text/html; charset=utf-8")


def done(place: str, text: str) -> Response:
    """Redirect to a page that shows ``text`` as a success."""
    flash(text)
    return go_to(place)


def failed(place: str, text: str) -> Response:
    """Redirect to a page that shows ``text`` as a failure."""
    flash(text, "alert")
    return go_to(place)


def go_to(place: str) -> Response:
    """Answer a form with another page; its place may have a name from outside in it."""
    return Response(status=303, headers={"Location": quote(place, OF_AN_ADDRESS, errors="replace")})


def links() -> Mapping[str, str]:
    """Return the links of the navigation by their names."""
    return {**LINKS, "Flower": stores().settings.web.flower_url, "API": "/docs"}


def link_here() -> str:
    """Return the link of the navigation that this page belongs to: "/sources" for a rule."""
    part = request.path.split("/")[1]
    return BELOW.get(part, f"/{part}")


def may(scope: str) -> bool:
    """Tell whether the key of this session grants ``scope``."""
    key = g.get("key")
    return key is not None and key.grants(scope)


def messages() -> list[Any]:
    """Return the texts of ``done`` and ``failed``, once; requests of the page's script leave them waiting."""
    return [] if LIVE in request.headers else list(get_flashed_messages(with_categories=True))


def with_query(**changes: str | None) -> str:
    """Return the path of this page with other filters; None removes one."""
    query = {name: value for name, value in {**request.args, **changes}.items() if value}
    return f"{request.path}?{urlencode(query)}" if query else request.path


def older(cursor: str | None) -> str | None:
    """Return the path of the rows before these, None if there are none."""
    return with_query(cursor=cursor) if cursor else None
