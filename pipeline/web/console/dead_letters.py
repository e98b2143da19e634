"""``/dead-letters``: how many match, by code and one by one, and the buttons to decide on them."""

from collections.abc import Sequence
from typing import Any

from flask import Response, g

from pipeline.operate.code_meanings import meaning_of
from pipeline.operate.letter_groups import groups_of_letters
from pipeline.operate.letters import page_of_letters
from pipeline.settle.dead_letters import Filter
from pipeline.settle.dead_letters import count as count_letters
from pipeline.text.plural import counted
from pipeline.web.api.dead_letters import filter_of
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.filters import AGE_CHOICES, PageOfLetters, read_query
from pipeline.web.console.pages import page
from pipeline.web.context import page_of, stores
from schemas.letter_queries import LETTER_STATES

FILTERS = ("connector", "destination", "audience", "code", "batch", "older_than", "newer_than", "proven")

dead_letters = ConsoleBlueprint("dead-letters")


@dead_letters.get("/dead-letters")
def show() -> Response:
    """Show the letters that match a filter."""
    query, place = read_query(PageOfLetters), stores()
    chosen = filter_of(query)
    groups = groups_of_letters(place.engine, chosen)["groups"]
    count = sum(group["count"] for group in groups)
    profiles = g.key.grants("operate")
    emails = {proven: count_letters(place.engine, Filter(proven=proven)) for proven in (True, False)}
    found = page_of_letters(place.engine, chosen, page_of(query), profiles=profiles, count=count)
    return page(
        "dead_letters",
        "Dead letters",
        sentence=sentence(found["count"], query["state"]),
        filtered=any(query.get(name) is not None for name in FILTERS),
        open_only=query["state"] == "open",
        found=found,
        groups=groups,
        proven=emails[True] if query["state"] == "open" else 0,
        unknown=sum(emails.values()),
        meaning_of=meaning_of,
        choices=choices(groups),
        ages=AGE_CHOICES,
        states=LETTER_STATES,
    )


def sentence(count: int, state: str) -> str:
    """Say how many match: "1,234 open dead letters match."."""
    letters = counted(count, "dead letter") if state == "all" else counted(count, f"{state} dead letter")
    return f"{letters} {'matches' if count == 1 else 'match'}."


def choices(groups: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the choices of the filter: names that are configured, and names in open letters."""
    catalog = stores().records_without_secrets.load()
    named = {
        key: {group[key] for group in groups if group[key]} for key in ("connector", "destination", "code")
    }
    return {
        "connector": sorted(named["connector"] | set(catalog.connectors)),
        "destination": sorted(named["destination"] | set(catalog.destinations)),
        "code": sorted(named["code"]),
    }
