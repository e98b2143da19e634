"""Records as documents: what stands in the configuration under a name, and how the tables hold it.

Secrets are kept apart from the rest, sealed. Whatever a destination names beyond what all have in common is
an option of its action.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from pipeline.errors import Misconfigured
from pipeline.model.connector import Connector
from pipeline.model.destination import CALL_TYPES, Destination
from pipeline.model.source import Source
from pipeline.records.kinds import KINDS, destination_documents
from pipeline.stores import tables
from pipeline.stores.vault import Vault
from schemas.destination import completed, lacking
from schemas.destination_document import DestinationDocument

Document = Mapping[str, Any]
Documents = Mapping[str, Mapping[str, Document]]  # section, name

# Given a section, a name, its document without secrets, and these sealed.
Unseal = Callable[[str, str, Document, str], Mapping[str, Any]]

SECTIONS: Mapping[str, Table] = {
    "connectors": tables.connectors,
    "destinations": tables.destinations,
    "sources": tables.sources,
}
COLUMNS = {"destinations": ("audience", "connector"), "sources": ("audience",)}  # that a table has as well
KEEP = {"keep": True}  # stands for a secret: the stored one


def secrets_of(section: str, document: Document) -> tuple[str, ...]:
    """Name the secrets of a record."""
    if section == "connectors":
        return KINDS[document["kind"]].secrets if document.get("kind") in KINDS else ()
    return ("url",) if section == "sources" else ()


def connector(name: str, document: Document) -> Connector:
    """Read a connector; its ``name`` in the document is the one people see."""
    kind = KINDS[document["kind"]]
    return kind.connector(**{**document, "name": name, "title": document.get("name", name)})


def destination(name: str, document: Document) -> Destination:
    """Read a destination; it may be an older one, from before some option."""
    schema = destination_documents()[document["action"]]
    document = completed(document, schema)
    common = {field.name for field in fields(Destination)} & document.keys()
    known = {key: document[key] for key in common}
    known["call_types"] = tuple(document.get("call_types", CALL_TYPES))
    options = {key: value for key, value in document.items() if key not in common}
    return Destination(**{**known, "name": name}, options=options, problem=problem(document, schema))


def problem(document: Document, schema: type[DestinationDocument]) -> str:
    """Say why a destination cannot be used as it is stored."""
    names = ", ".join(f'"{name}"' for name in lacking(document, schema))
    return f"its record lacks {names}: configure it anew" if names else ""


def source(name: str, document: Document) -> Source:
    """Read a source."""
    return Source(**{**document, "name": name})


def said(documents: Mapping[str, Document]) -> dict[str, dict[str, Any]]:
    """Leave out what is None, which TOML cannot say."""
    return {
        name: {key: value for key, value in document.items() if value is not None}
        for name, document in sorted(documents.items())
    }


def load(connection: Connection, unseal: Unseal) -> dict[str, dict[str, Document]]:
    """Return everything that is stored."""
    return {
        section: {
            row.name: {
                **row.body,
                **(unseal(section, row.name, row.body, row.secrets) if keeps_secrets(table) else {}),
            }
            for row in connection.execute(select(table))
        }
        for section, table in SECTIONS.items()
    }


def store(connection: Connection, section: str, name: str, document: Document, vault: Vault) -> None:
    """Put a document in the place of what is stored under its name."""
    secrets = secrets_of(section, document)
    row: dict[str, Any] = {"name": name, "body": {k: v for k, v in document.items() if k not in secrets}}
    row |= {column: document[column] for column in COLUMNS.get(section, ())}
    if keeps_secrets(SECTIONS[section]):
        row["secrets"] = vault.encrypt(json.dumps({key: document[key] for key in secrets}))
    remove(connection, section, name)
    connection.execute(insert(SECTIONS[section]).values(row))


def remove(connection: Connection, section: str, name: str) -> None:
    """Delete what is stored under a name."""
    table = SECTIONS[section]
    connection.execute(delete(table).where(table.c.name == name))


def keeps_secrets(table: Table) -> bool:
    """Tell whether the records of a section may have secrets."""
    return "secrets" in table.c


def unsealed(vault: Vault, section: str, name: str, _: Document, sealed: str) -> dict[str, str]:
    """Return a record's secrets; raise Misconfigured when no key opens them."""
    try:
        return dict(json.loads(vault.decrypt(sealed)))
    except Misconfigured as error:
        raise Misconfigured(f'{section.removesuffix("s")} "{name}": {error}') from error


def unsealed_if_possible(
    vault: Vault, section: str, name: str, document: Document, sealed: str
) -> dict[str, str]:
    """Return a record's secrets, none when no key opens them, so that they can be given again."""
    try:
        return unsealed(vault, section, name, document, sealed)
    except Misconfigured:
        return {}


def marked(section: str, _name: str, document: Document, _sealed: str) -> dict[str, Any]:
    """Return marks in the place of a record's secrets."""
    return dict.fromkeys(secrets_of(section, document), KEEP)
