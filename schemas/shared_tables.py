"""Tables that several destinations write to: a column belongs to one audience in all of them."""

from collections.abc import Iterator, Mapping
from typing import Any

Destinations = Mapping[str, Mapping[str, Any]]


def collisions(destinations: Destinations) -> dict[str, Any]:
    """Say which memberships share a column with another audience, in marshmallow's structure."""
    first: dict[tuple[str, str, str], tuple[str, str]] = {}  # connector, table, column: destination, audience
    problems: dict[str, Any] = {}
    for name, audience, place in memberships(destinations):
        other, taken_by = first.setdefault(place, (name, audience))
        if taken_by != audience:
            why = f'"{place[2]}" is the column of "{taken_by}" in destination "{other}" already'
            problems.setdefault(name, {}).setdefault("memberships", {})[audience] = [why]
    return problems


def memberships(destinations: Destinations) -> Iterator[tuple[str, str, tuple[str, str, str]]]:
    """Yield a destination, an audience, and where its membership is kept."""
    for name, document in destinations.items():
        if not isinstance(document, Mapping) or not document.keys() >= {"memberships_table", "memberships"}:
            continue
        table = (document.get("connector", ""), document["memberships_table"].upper())
        for audience, column in document["memberships"].items():
            yield name, audience, (*table, column)
