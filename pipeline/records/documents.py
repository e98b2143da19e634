"""Documents: records as the configuration writes them, and as the tables hold them.

Secrets are stored apart from the rest, encrypted. A channel may do without some of its secrets, so its body
has STORED_SECRET in the place of each. The keys of a destination that not all destinations have in common are
options of its action.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from pipeline.errors import Misconfigured
from pipeline.model.alert_rule import AlertRule
from pipeline.model.channel import Channel
from pipeline.model.connector import Connector
from pipeline.model.destination import CALL_TYPES, Destination
from pipeline.model.event_import import EventImport
from pipeline.model.mapped_variable import MappedVariable
from pipeline.model.mapping import RecordMapping
from pipeline.model.source import PeopleSource, SalesforceSource, Source, SqlSource
from pipeline.records.kinds import KINDS, destination_documents
from pipeline.stores import record_tables
from pipeline.stores.vault import Vault
from schemas.destination import completed, lacking
from schemas.destination_document import DestinationDocument
from schemas.mapped_variable import EVERY_OBJECT
from schemas.source_kinds import SQL

Document = Mapping[str, Any]
Documents = Mapping[str, Mapping[str, Document]]  # section, name

# Given a section, a name, its document without secrets, and these sealed.
Unseal = Callable[[str, str, Document, str], Mapping[str, Any]]

SECTIONS: Mapping[str, Table] = {
    "connectors": record_tables.connectors,
    "destinations": record_tables.destinations,
    "sources": record_tables.sources,
    "mappings": record_tables.mappings,
    "rules": record_tables.rules,
    "files": record_tables.files,
    "imports": record_tables.imports,
    "profile_fields": record_tables.profile_fields,
    "channels": record_tables.channels,
    "alerts": record_tables.alerts,
}
SOURCE_CLASSES: Mapping[str, type[Source]] = {
    SQL: SqlSource,
    "salesforce": SalesforceSource,
    "people": PeopleSource,
}
CHANNEL_SECRETS = ("url", "secret", "password")
COLUMNS = {
    "destinations": ("audience", "connector"),
    "sources": ("audience",),
    "rules": ("source",),
    "imports": ("connector",),
}  # stored in columns, too
USERS_OF_CONNECTORS = ("destinations", "imports", "sources")  # sections whose records may name one
STORED_SECRET = {"keep": True}  # in the place of a secret: the stored one stays


def secrets_of(section: str, document: Document) -> tuple[str, ...]:
    """Name the secrets of a record."""
    if section == "connectors":
        needed = KINDS[document["kind"]].secrets if document.get("kind") in KINDS else ()
        return (*needed, *optional_secrets(section, document))
    if section == "sources":
        return ("url",) if document.get("kind", SQL) == SQL else ()
    return optional_secrets(section, document)


def optional_secrets(section: str, document: Document) -> tuple[str, ...]:
    """Name the secrets of a record that another one of its kind may lack."""
    keys: tuple[str, ...] = CHANNEL_SECRETS if section == "channels" else ()
    if section == "connectors" and document.get("kind") in KINDS:
        keys = KINDS[document["kind"]].optional_secrets
    return tuple(key for key in keys if key in document)


def singular(section: str) -> str:
    """Return the name of one record of a section: "destination"."""
    return section.removesuffix("s")


def connector(name: str, document: Document) -> Connector:
    """Read a connector; ``name`` in the document becomes its title."""
    kind = KINDS[document["kind"]]
    return kind.connector(**{**document, "name": name, "title": document.get("name", name)})


def destination(name: str, document: Document) -> Destination:
    """Read a destination; options that are newer than the document get their defaults."""
    schema = destination_documents()[document["action"]]
    document = completed(document, schema)
    common = {field.name for field in fields(Destination)} & document.keys()
    if isinstance(document.get("description"), list):  # of a task, made of variables
        common -= {"description"}
    known = {key: document[key] for key in common}
    known["call_types"] = tuple(document.get("call_types", CALL_TYPES))
    options = {key: value for key, value in document.items() if key not in common}
    return Destination(**{**known, "name": name}, options=options, problem=problem(document, schema))


def problem(document: Document, schema: type[DestinationDocument]) -> str:
    """Say why a destination cannot be used as it is stored."""
    names = ", ".join(f'"{name}"' for name in lacking(document, schema))
    return f"its record lacks {names}: configure it anew" if names else ""


def source(name: str, document: Document) -> Source:
    """Read a source; lists become tuples."""
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in document.items()
    }
    return SOURCE_CLASSES[document.get("kind", SQL)](**{**given, "name": name})


def channel(name: str, document: Document) -> Channel:
    """Read a channel; ``from`` becomes its sender."""
    options = {"sender" if key == "from" else key: value for key, value in document.items()}
    return Channel(**{**options, "name": name, "to": tuple(document.get("to", ()))})


def alert_rule(name: str, document: Document) -> AlertRule:
    """Read a rule of alerts."""
    return AlertRule(**{**document, "name": name, "channels": tuple(document["channels"])})


def event_import(name: str, document: Document) -> EventImport:
    """Read an import; lists become tuples, and "tab" the character."""
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in document.items()
    }
    if given.get("delimiter") == "tab":
        given["delimiter"] = "\t"
    return EventImport(**{**given, "name": name})


def mapping(name: str, document: Document) -> RecordMapping:
    """Read a mapping."""
    return RecordMapping(name, {key: mapped_variable(key, each) for key, each in document.items()})


def mapped_variable(name: str, document: Document) -> MappedVariable:
    """Read a variable of a mapping; one path stands for every object."""
    given = dict(document)
    paths = given.pop("salesforce")
    given["form"] = tuple(given.get("form", ()))
    return MappedVariable(name, {EVERY_OBJECT: paths} if isinstance(paths, str) else paths, **given)


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


def opened_secrets(vault: Vault, section: str, name: str, _: Document, sealed: str) -> dict[str, str]:
    """Return a record's secrets; raise Misconfigured if no key opens them."""
    try:
        return dict(json.loads(vault.decrypt(sealed)))
    except Misconfigured as error:
        raise Misconfigured(f'{singular(section)} "{name}": {error}') from error


def secrets_if_possible(
    vault: Vault, section: str, name: str, document: Document, sealed: str
) -> dict[str, str]:
    """Return a record's secrets; none if no key opens them, so that a person can give them again."""
    try:
        return opened_secrets(vault, section, name, document, sealed)
    except Misconfigured:
        return {}


def secrets_or_empty(
    vault: Vault, section: str, name: str, document: Document, sealed: str
) -> dict[str, str]:
    """Return a record's secrets; "" for each if no key opens them."""
    try:
        return opened_secrets(vault, section, name, document, sealed)
    except Misconfigured:
        return dict.fromkeys(secrets_of(section, document), "")


def with_secret_marks(section: str, _name: str, document: Document, _sealed: str) -> dict[str, Any]:
    """Return STORED_SECRET for each secret of a record."""
    return dict.fromkeys(secrets_of(section, document), STORED_SECRET)
