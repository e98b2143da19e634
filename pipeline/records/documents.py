"""Documents: records as the configuration writes them, by section and name."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table

from pipeline.stores import record_tables

Document = Mapping[str, Any]
Documents = Mapping[str, Mapping[str, Document]]  # section, name

SECTIONS: Mapping[str, Table] = {
    "connectors": record_tables.connectors,
    "destinations": record_tables.destinations,
    "sources": record_tables.sources,
    "mappings": record_tables.mappings,
    "rules": record_tables.rules,
    "pairs": record_tables.pairs,
    "consents": record_tables.consents,
    "files": record_tables.files,
    "imports": record_tables.imports,
    "profile_fields": record_tables.profile_fields,
    "channels": record_tables.channels,
    "alerts": record_tables.alerts,
}
USERS_OF_CONNECTORS = ("destinations", "imports", "sources")  # sections of records that may name one


def singular(section: str) -> str:
    """Return the name of one record of a section: "destination"."""
    return section.removesuffix("s")


def without_nulls(documents: Mapping[str, Document]) -> dict[str, dict[str, Any]]:
    """Leave out keys with the value None, for TOML has no null; sort by name."""
    return {
        name: {key: value for key, value in document.items() if value is not None}
        for name, document in sorted(documents.items())
    }


def as_written(documents: Mapping[str, Document]) -> dict[str, dict[str, Any]]:
    """Return documents as a configuration has them: a journey in the place of the audience."""
    return {
        name: {key: value for key, value in each.items() if key != "audience" or not each.get("journey")}
        for name, each in without_nulls(documents).items()
    }
