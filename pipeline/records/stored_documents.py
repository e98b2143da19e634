"""Stored documents: the body of each is JSON, its secrets are sealed in a column of their own."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from pipeline.records.document_secrets import STORED_SECRET, optional_secrets, secrets_of
from pipeline.records.documents import SECTIONS, Document
from pipeline.stores.vault import Vault

# Given a section, a name, its document without secrets, and these sealed.
Unseal = Callable[[str, str, Document, str], Mapping[str, Any]]

COLUMNS = {
    "destinations": ("audience", "connector"),
    "sources": ("audience",),
    "rules": ("source",),
    "imports": ("connector",),
}  # stored in columns, too


def load(connection: Connection, unseal: Unseal) -> dict[str, dict[str, Document]]:
    """Return all stored documents; ``unseal`` gives their secrets."""
    return {
        section: {
            row.name: {
                **{key: value for key, value in row.body.items() if value != STORED_SECRET},
                **(unseal(section, row.name, row.body, row.secrets) if keeps_secrets(table) else {}),
            }
            for row in connection.execute(select(table))
        }
        for section, table in SECTIONS.items()
    }


def store(connection: Connection, section: str, name: str, document: Document, vault: Vault) -> None:
    """Store a document in the place of the one with the same name."""
    secrets = secrets_of(section, document)
    body = {key: value for key, value in document.items() if key not in secrets}
    body |= dict.fromkeys(optional_secrets(section, document), STORED_SECRET)
    row: dict[str, Any] = {"name": name, "body": body}
    row |= {column: document.get(column) for column in COLUMNS.get(section, ())}
    if keeps_secrets(SECTIONS[section]):
        row["secrets"] = vault.encrypt(json.dumps({key: document[key] for key in secrets}))
    remove(connection, section, name)
    connection.execute(insert(SECTIONS[section]).values(row))


def remove(connection: Connection, section: str, name: str) -> None:
    """Delete the document of this name, if there is one."""
    table = SECTIONS[section]
    connection.execute(delete(table).where(table.c.name == name))


def keeps_secrets(table: Table) -> bool:
    """Tell whether the records of a section may have secrets."""
    return "secrets" in table.c
