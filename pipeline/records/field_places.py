"""Places of fields: those that sources read variables from, and those that destinations write them to.

A place is a connector, an object or table, and a field: ``("crm", "Lead", "Title")``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.records.documents import Documents
from pipeline.records.record_reading import mapping
from schemas.record_words import PEOPLE

Place = tuple[str, str, str]
LIST_ACTIONS = ("audience_export", "program_entry")  # that merge into the list


@dataclass(frozen=True)
class Reading:
    """A variable that a source with an audience reads."""

    source: str
    audience: str
    variable: str
    place: Place


@dataclass(frozen=True)
class WrittenPlace:
    """A field that a destination writes; ``variable`` None: with a value of its own."""

    destination: str
    variable: str | None
    place: Place


def readings_of(after: Documents) -> Iterator[Reading]:
    """Yield the variables of all sources with an audience."""
    for name, source in after["sources"].items():
        audience = source.get("audience")
        if audience is not None:
            yield from (Reading(name, audience, *found) for found in read_places(source, after))


def read_places(source: Mapping[str, Any], after: Documents) -> Iterator[tuple[str, Place]]:
    """Yield the variables that a source reads, with their places."""
    if source.get("kind") == "salesforce":
        owner = source["object"]
        used = mapping(source["mapping"], after["mappings"][source["mapping"]])
        for variable, path in used.paths_of(owner):
            yield variable.name, (source["connector"], owner, path)
    if source.get("kind") == "responsys":
        profile_list = list_of(source["connector"], after)
        tables = ((profile_list, "columns"), (source.get("fields_table", ""), "fields"))
        for table, key in tables:
            for column, name in source.get(key, {}).items():
                yield name, (source["connector"], table, column.upper())


def writings_of(after: Documents) -> dict[str, list[WrittenPlace]]:
    """Return the fields that destinations write, by audience."""
    found: dict[str, list[WrittenPlace]] = {}
    for name, document in after["destinations"].items():
        places = (WrittenPlace(name, *each) for each in written_places(document, after))
        found.setdefault(document["audience"], []).extend(places)
    return found


def written_places(document: Mapping[str, Any], after: Documents) -> Iterator[tuple[str | None, Place]]:
    """Yield the variables that a destination writes, with their places."""
    connector, action = document["connector"], document["action"]
    if action == "salesforce_record":
        for owner in document.get("objects") or PEOPLE:
            for variable, field in document.get("fields", {}).items():
                yield variable, (connector, owner, field)
            yield from ((None, (connector, owner, field)) for field in document.get("set", {}))
    if action in LIST_ACTIONS:
        tables = ((list_of(connector, after), "columns"), (document.get("fields_table") or "", "fields"))
        for table, key in tables:
            for variable, entry in (document.get(key) or {}).items():
                yield variable, (connector, table, entry["column"].upper())


def list_of(connector: str, after: Documents) -> str:
    """Return the profile list of a connector."""
    return str(after["connectors"].get(connector, {}).get("profile_list", ""))
