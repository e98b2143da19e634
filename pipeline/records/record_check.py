"""One record, checked like a whole configuration, for editors that are not at the server's terminal."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from marshmallow import ValidationError

from pipeline.errors import PipelineError
from pipeline.records.agreement import unknown_subjects
from pipeline.records.configuration import check_document, unknown_channels, unknown_connectors
from pipeline.records.document_secrets import STORED_SECRET, secrets_of
from pipeline.records.documents import Documents
from pipeline.records.kinds import connector_documents, destination_documents
from pipeline.records.mapping_agreement import unknown_mappings
from pipeline.records.source_users import unknown_sources
from schemas.configuration import configuration_schema

SECRET_GOES_TO = (
    "auth_endpoint",
    "username",
    "host",
    "port",
)  # a new place may not get a secret that is kept
NO_REFERENCE = 'must be text or {"keep": true}: env and file would be read where the server runs'
MOVED = "must be given again: the place that it goes to changes"

NamesOf = Callable[[str], Collection[str]]  # the names of the stored records of a section


class InvalidRecord(PipelineError):
    """A record breaks rules; ``messages`` are marshmallow's, by field."""

    def __init__(self, messages: Mapping[str, Any]) -> None:
        super().__init__("the record is not valid")
        self.messages = messages


def check_record(
    section: str,
    name: str,
    document: Mapping[str, Any],
    stored: Mapping[str, Any] | None,
    names_of: NamesOf | None = None,
) -> dict[str, Any]:
    """Return the record as it would be stored, with marks for the secrets that stay.

    Raises InvalidRecord; with ``names_of`` it also tells which other records are not there.
    """
    problems = reference_problems(document)
    schema = configuration_schema(connector_documents(), destination_documents())
    try:
        checked = schema.load({section: {name: document}})[section][name]
    except ValidationError as error:
        unknown = unknown_names(section, name, document, names_of) if names_of else {}
        problems = {**unknown, **messages_of(error.messages, section, name), **problems}
        checked = None
    if problems or checked is None:
        raise InvalidRecord(problems)
    moved = {
        key: [MOVED]
        for key in secrets_of(section, checked)
        if checked.get(key) == STORED_SECRET and moves(checked, stored)
    }
    if moved:
        raise InvalidRecord(moved)
    return dict(checked)


def unknown_names(
    section: str, name: str, document: Mapping[str, Any], names_of: NamesOf
) -> dict[str, list[str]]:
    """Return a problem for each option of a record, as far as it is valid, that names no stored record."""
    documents = check_document({section: {name: document}})[0]
    lines = [
        *unknown_connectors(documents, names_of("connectors")),
        *unknown_channels(documents, names_of("channels")),
        *unknown_mappings(documents, names_of("mappings")),
        *unknown_sources(documents, names_of("sources")),
    ]
    if rules := documents.get("alerts"):
        subjects: Documents = {
            each: {one: {} for one in names_of(each)} for each in ("connectors", "destinations")
        }
        lines += unknown_subjects({**subjects, "alerts": rules}, set(rules))
    return messages_about(section, name, "\n".join(lines))


def reference_problems(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a problem for each value that names a place on the server to read a secret from."""
    return {
        key: [NO_REFERENCE]
        for key, value in document.items()
        if isinstance(value, Mapping) and len(value) == 1 and value.keys() <= {"env", "file"}
    }


def moves(checked: Mapping[str, Any], stored: Mapping[str, Any] | None) -> bool:
    """Whether a secret would go to another place than the stored record sends it to."""
    return stored is not None and any(checked.get(key) != stored.get(key) for key in SECRET_GOES_TO)


def messages_about(section: str, name: str, text: str) -> dict[str, Any]:
    """Return the messages of one record out of lines such as "destinations.lapsed.connector: is missing"."""
    found: dict[str, Any] = {}
    for line in text.splitlines():
        path, _, message = line.removeprefix(f"{section}.{name}.").partition(": ")
        field, message = (path, message) if path.isidentifier() else ("_schema", line)
        found.setdefault(field, []).append(message)
    return found


def messages_of(messages: Any, section: str, name: str) -> dict[str, Any]:
    """Return the messages of one record out of those of a configuration."""
    found = messages.get(section, {}) if isinstance(messages, Mapping) else {}
    inner = found.get(name, found) if isinstance(found, Mapping) else found
    if isinstance(inner, Mapping):
        return dict(inner)
    return {"_schema": inner if isinstance(inner, list) else [inner]}
