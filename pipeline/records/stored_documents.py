"""Stored documents: the body of each is JSON, its secrets are sealed in a column of their own."""

import json
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select

from pipeline.records.document_secrets import STORED_SECRET, optional_secrets, secrets_of, with_secret_marks
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
        section: {row.name: document_of(section, row, unseal) for row in connection.execute(select(table))}
        for section, table in SECTIONS.items()
    }


def find(connection: Connection, section: str, name: str) -> tuple[Document, str] | None:
    """Return a stored document without its secrets, and its ETag; None if there is none of this name."""
    table = SECTIONS[section]
    row = connection.execute(select(table).where(table.c.name == name)).one_or_none()
    return None if row is None else (document_of(section, row, with_secret_marks), etag_of(section, row))


def document_of(section: str, row: Row[Any], unseal: Unseal) -> Document:
    """Return the document of a row, with the secrets that ``unseal`` gives."""
    body = {key: value for key, value in row.body.items() if value != STORED_SECRET}
    sealed = keeps_secrets(SECTIONS[section])
    return {**body, **(unseal(section, row.name, row.body, row.secrets) if sealed else {})}


def etag_of(section: str, row: Row[Any]) -> str:
    """Return a digest that changes with the document and with each secret, of which it tells nothing."""
    sealed = row.secrets if keeps_secrets(SECTIONS[section]) else ""
    return blake2b(f"{json.dumps(row.body, sort_keys=True)} {sealed}".encode(), digest_size=12).hexdigest()


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
