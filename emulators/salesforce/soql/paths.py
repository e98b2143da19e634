"""Paths: a field of the object, or of one of its parents."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulators.salesforce.messages.errors import ApiError, violation_error
from emulators.salesforce.org.field import Field
from emulators.salesforce.org.org import Org
from emulators.salesforce.org.record import Values
from emulators.salesforce.org.table import Table

MOST_STEPS = 5  # parents in a path
Reader = Callable[[Values], Any]


@dataclass(frozen=True, slots=True)
class Path:
    """A field, the parents on the way to it (links by name), and its spelling in answers."""

    field: Field
    links: tuple[Field, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names under which an answer shows the value."""
        return (*(str(link.relationship) for link in self.links), self.field.name)


def find_path(org: Org, table: Table, text: str) -> Path:
    """Return the path that a query names; raises ApiError."""
    *parents, name = text.split(".")
    if len(parents) > MOST_STEPS:
        raise violation_error("MALFORMED_QUERY", f"more than {MOST_STEPS} parents in {text}")
    links: list[Field] = []
    places = [table]
    for parent in parents:
        link = find_link(places, parent)
        if link is None:
            raise no_column(parent, places[0])
        links.append(link)
        places = [org.table(target) for target in link.reference_to]
    field = next((f for place in places if (f := place.field(name)) is not None), None)
    if field is None:
        raise no_column(name, places[0])
    return Path(field, tuple(links))


def find_link(places: list[Table], relationship: str) -> Field | None:
    """Return the reference that a relationship goes along."""
    wanted = relationship.lower()
    fields = (field for place in places for field in place.fields.values())
    found = (f for f in fields if f.relationship is not None and f.relationship.lower() == wanted)
    return next((field for field in found if any(p.field(field.name) for p in places)), None)


def no_column(name: str, table: Table) -> ApiError:
    """Return the refusal of a field that is not there, or hidden."""
    reason = (
        f"No such column '{name}' on entity '{table.name}'. If you are attempting to use a custom field, "
    )
    return violation_error(
        "INVALID_FIELD", f"{reason}be sure to append the '__c' after the custom field name."
    )


def reader_of(org: Org, path: Path) -> Reader:
    """Return a function that reads the value of a path from the values of a record."""
    name = path.field.name
    if not path.links:
        return lambda values: values.get(name)

    def read(values: Values) -> Any:
        parent: Values | None = values
        for link in path.links:
            parent = parent_of(org, parent, link)
        return (parent or {}).get(name)

    return read


def parent_of(org: Org, values: Values | None, link: Field) -> Values | None:
    """Return the record that a reference names, as readers see it."""
    target = (values or {}).get(link.name)
    table = org.table_of_id(target) if target else None
    record = table.records.get(target) if table and target else None
    return None if record is None else record.seen_at(org.clock())
