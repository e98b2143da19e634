"""Reading of records: the document of each becomes the value that the program works with.

The keys of a destination that not all destinations have in common are options of its action.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from pipeline.model.alert_rule import AlertRule
from pipeline.model.channel import Channel
from pipeline.model.connector import Connector
from pipeline.model.destination import CALL_TYPES, Destination
from pipeline.model.event_import import EventImport
from pipeline.model.mapped_variable import MappedVariable
from pipeline.model.mapping import RecordMapping
from pipeline.model.source import (
    EventsSource,
    MembersSource,
    PeopleSource,
    ProfilesSource,
    SalesforceSource,
    Source,
    SqlSource,
)
from pipeline.records.documents import Document
from pipeline.records.kinds import KINDS, destination_documents
from schemas.record_words import EVERY_OBJECT, SQL
from schemas.stored_options import STORED_OPTIONS

Record = TypeVar("Record")

SOURCE_CLASSES: Mapping[str, type[Source]] = {
    SQL: SqlSource,
    "salesforce": SalesforceSource,
    "people": PeopleSource,
    "responsys_events": EventsSource,
    "profiles": ProfilesSource,
    "responsys": MembersSource,
}


def read_all(read: Callable[[str, Document], Record], documents: Mapping[str, Document]) -> dict[str, Record]:
    """Read the documents of one section."""
    return {name: read(name, document) for name, document in documents.items()}


def connector(name: str, document: Document) -> Connector:
    """Read a connector; ``name`` in the document becomes its title."""
    kind = KINDS[document["kind"]]
    return kind.connector(**{**document, "name": name, "title": document.get("name", name)})


def destination(name: str, document: Document) -> Destination:
    """Read a destination; options that are newer than the document get their defaults."""
    document, problem = completed(document)
    common = {field.name for field in fields(Destination)} & document.keys()
    if isinstance(document.get("description"), list):  # of a task, made of variables
        common -= {"description"}
    known = {key: document[key] for key in common}
    known["call_types"] = tuple(document.get("call_types", CALL_TYPES))
    options = {key: value for key, value in document.items() if key not in common}
    return Destination(**{**known, "name": name}, options=options, problem=problem)


def completed(document: Document) -> tuple[Document, str]:
    """Return a destination's document with all of its options, and why it cannot be used as it is stored."""
    stored = STORED_OPTIONS.get(document["action"])
    if stored is not None and stored <= document.keys():
        return document, ""
    from schemas import destination  # takes longer to import than all records to read

    schema = destination_documents()[document["action"]]
    whole = destination.completed(document, schema)
    names = ", ".join(f'"{name}"' for name in destination.lacking(whole, schema))
    return whole, f"its record lacks {names}: configure it anew" if names else ""


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
