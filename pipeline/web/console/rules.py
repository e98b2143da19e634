"""``/rules`` and ``/rules/NAME``: rules on streams, and whom each asked to enter."""

from flask import Response

from pipeline.operate.entries import page_of_entries
from pipeline.web.api.records import find_record
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.filters import read_query
from pipeline.web.console.pages import may, page
from pipeline.web.console.settings import settings_of
from pipeline.web.context import page_of, stores
from schemas.http import ENTRY_STATES, EntriesQuery

rules = ConsoleBlueprint("rules")


@rules.get("/rules")
def show_all() -> Response:
    """List the rules."""
    return page("rules", "Rules", rules=stores().records.export()["rules"])


@rules.get("/rules/<name>")
def show(name: str) -> Response:
    """Show one rule; a key of scope ``operate`` also sees its entries, which name people."""
    document, query = find_record("rules", name), read_query(EntriesQuery)
    found = page_of_entries(stores(), name, page_of(query), query.get("state")) if may("operate") else None
    return page(
        "rule",
        name,
        document=document,
        settings=settings_of(document),
        found=found,
        states=ENTRY_STATES,
        filtered="state" in query,
    )
