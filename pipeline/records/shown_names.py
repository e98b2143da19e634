"""Names of stored records as people read them, with their labels; read without the records' schemas."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, Table, select

from pipeline.stores import record_tables
from pipeline.stores.database import reading
from pipeline.text.labels import audience_text, labelled


@dataclass(frozen=True)
class ShownNames:
    """Labels of connectors and destinations by name, and the audiences that are journeys."""

    connectors: Mapping[str, str] = field(default_factory=dict)
    destinations: Mapping[str, str] = field(default_factory=dict)
    journeys: frozenset[str] = frozenset()

    def destination(self, name: str | None) -> str:
        """Write the name and the label of a destination; "" if there is none."""
        return labelled(name, self.destinations.get(name)) if name else ""

    def audience(self, name: str) -> str:
        """Write the name of an audience, and if it is a journey."""
        return audience_text(name, is_journey=name in self.journeys)


def read_shown_names(engine: Engine) -> ShownNames:
    """Read the names of all stored records."""
    with reading(engine) as connection:
        connectors = dict(bodies(connection, record_tables.connectors))
        destinations = dict(bodies(connection, record_tables.destinations))
    journeys = frozenset(filter(None, (body.get("journey") for body in destinations.values())))
    return ShownNames(labels_of(connectors), labels_of(destinations), journeys)


def bodies(connection: Connection, table: Table) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Read the documents of one kind, by name."""
    yield from ((row.name, row.body) for row in connection.execute(select(table.c.name, table.c.body)))


def labels_of(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the label of each document that has one."""
    return {name: body["label"] for name, body in documents.items() if body.get("label")}
