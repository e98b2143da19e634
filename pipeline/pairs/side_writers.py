"""Destinations that write a variable to the place from which the side of a pair is read."""

from collections.abc import Iterator, Mapping

from pipeline.model.destination import Destination
from pipeline.model.pair import Pair
from pipeline.model.source import MembersSource, SalesforceSource
from pipeline.pairs.field_state import RESPONSYS, SALESFORCE, SIDES, SideName
from pipeline.records.catalog import Catalog

WRITERS: Mapping[SideName, tuple[str, ...]] = {
    SALESFORCE: ("salesforce_record",),
    RESPONSYS: ("audience_export", "program_entry"),
}


def unwritten_sides(catalog: Catalog, pair: Pair, source: str, field: str) -> frozenset[SideName]:
    """Return the sides that no destination writes a variable to, of those that any destination writes to.

    ``source``: of the person's record in Salesforce.
    """
    stream, members = catalog.sources[source], catalog.sources[pair.responsys]
    if not (isinstance(stream, SalesforceSource) and isinstance(members, MembersSource)):
        return frozenset()
    writing = {
        RESPONSYS: destinations_between(catalog, stream, members),
        SALESFORCE: destinations_between(catalog, members, stream),
    }
    places = {RESPONSYS: columns_of(members, field), SALESFORCE: fields_of(catalog, stream, field)}
    return frozenset(
        side
        for side in SIDES
        if writing[side]
        and not any(writes(one, side, stream.object, field, places[side]) for one in writing[side])
    )


def destinations_between(
    catalog: Catalog, feeding: SalesforceSource | MembersSource, read: SalesforceSource | MembersSource
) -> list[Destination]:
    """Return the destinations of a source's audience on the connector that another source reads."""
    return [one for one in catalog.for_audience(feeding.audience) if one.connector == read.connector]


def writes(one: Destination, side: SideName, table: str, field: str, places: frozenset[str]) -> bool:
    """Tell whether a destination writes a variable into one of the places, of an object if of Salesforce."""
    tables = one.options.get("objects") if side == SALESFORCE else None
    if one.action not in WRITERS[side] or (tables and table not in tables):
        return False
    return any(place.upper() in places for place in places_of(one, field))


def places_of(one: Destination, field: str) -> Iterator[str]:
    """Yield the columns and fields that a destination fills with a variable."""
    for option in ("columns", "fields"):
        table = one.options.get(option)
        entry = table.get(field) if isinstance(table, Mapping) else None
        place = entry.get("column") if isinstance(entry, Mapping) else entry
        if isinstance(place, str):
            yield place


def columns_of(members: MembersSource, field: str) -> frozenset[str]:
    """Return the columns of which a source of members reads a variable, in capitals."""
    columns = [*members.columns.items(), *members.fields.items()]
    return frozenset(column.upper() for column, name in columns if name == field)


def fields_of(catalog: Catalog, stream: SalesforceSource, field: str) -> frozenset[str]:
    """Return the field of which a source of Salesforce reads a variable, in capitals."""
    mapping = catalog.mappings.get(stream.mapping)
    variable = mapping.variables.get(field) if mapping else None
    path = variable.path_of(stream.object) if variable else None
    return frozenset([path.upper()] if path else [])
