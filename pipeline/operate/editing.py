"""Editing one record over HTTP or in the console: the same checks as ``activation apply``.

An ETag changes with the document and with each secret of a record; it is compared in the transaction that
changes the record, so of two editors with the same ETag one is refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import redis

from pipeline.errors import Misconfigured, PipelineError
from pipeline.event_files.spools import empty_spools
from pipeline.lanes.backlog import read_backlogs
from pipeline.operate.activity import Actor, note_alone
from pipeline.records import mirror, stored_documents
from pipeline.records.agreement import rules_that_name, users_of_connector
from pipeline.records.document_secrets import STORED_SECRET, secrets_of
from pipeline.records.documents import USERS_OF_CONNECTORS, Document, Documents, singular
from pipeline.records.mapping_agreement import users_of_mapping
from pipeline.records.record_check import InvalidRecord, check_record, messages_about
from pipeline.records.records import Guard, Records
from pipeline.records.source_users import NAMED, users_of_source
from pipeline.stores.changeable import require_changeable
from pipeline.text.messages import unknown

Outcome = Literal["created", "updated", "unchanged"]


# By section: the records that may name one of it, and the function that finds them.
USERS: Mapping[str, Mapping[str, Callable[[str, Documents], list[str]]]] = {
    "channels": {"rules": lambda name, documents: rules_that_name(name, documents["alerts"])},
    "mappings": {"records": users_of_mapping},
    "sources": {section: partial(users_of_source, section) for section in NAMED},
    "consents": {"destinations": lambda name, documents: honoured_by(name, documents["destinations"])},
    "connectors": {section: partial(users_of_connector, section) for section in USERS_OF_CONNECTORS},
}


def honoured_by(consents: str, destinations: Mapping[str, Document]) -> list[str]:
    """Name the destinations that honour these consents: without the consents they would bar no row."""
    return sorted(name for name, document in destinations.items() if document.get("honour") == consents)


class NoSuchRecord(PipelineError):
    """There is no record of this name."""


class ChangedMeanwhile(PipelineError):
    """The record is another one than the ETag was given for."""


class InUse(PipelineError):
    """Other records, or rows that wait, need this one."""

    def __init__(self, text: str, used_by: list[str], rows: int = 0) -> None:
        super().__init__(text)
        self.used_by = used_by
        self.rows = rows


@dataclass(frozen=True)
class Editor:
    """Changes records on behalf of an actor, and tells Redis of each change."""

    records: Records
    client: redis.Redis
    actor: Actor
    data_dir: Path | None = None  # with the spools of imports, None: a removal leaves them

    def document(self, section: str, name: str) -> dict[str, Any]:
        """Return a record as it is exported; raises NoSuchRecord."""
        return self.found(section, name)[0]

    def found(self, section: str, name: str) -> tuple[dict[str, Any], str]:
        """Return a record as it is exported, and its ETag; raises NoSuchRecord."""
        found = self.records.find(section, name)
        if found is None:
            raise NoSuchRecord(unknown(singular(section), name, sorted(self.records.names(section))))
        return found

    def put(
        self,
        section: str,
        name: str,
        document: Mapping[str, Any],
        *,
        etag: str | None = None,
        dry_run: bool = False,
    ) -> tuple[Outcome, dict[str, Any]]:
        """Store a record whole, and return the outcome with the record as it is exported.

        Raises ChangedMeanwhile, or InvalidRecord, also if other records do not agree with it.
        """
        found = self.records.find(section, name)
        refuse_other(found, etag)
        checked = check_record(section, name, document, found and found[0], self.records.names)
        require_changeable(self.client)  # before anything changes
        try:
            configuration, unless = {section: {name: checked}}, guard(section, name, etag)
            changes = self.records.apply(configuration, dry_run=dry_run, guard=unless)
        except Misconfigured as error:
            raise InvalidRecord(messages_about(section, name, str(error))) from error
        change = getattr(changes, section)
        outcome: Outcome = (
            "created" if name in change.created else "updated" if name in change.updated else "unchanged"
        )
        if not dry_run and outcome != "unchanged":
            self._publish(section, name, "put", outcome)
        return outcome, exported_record(section, checked)

    def remove(self, section: str, name: str, *, etag: str | None = None, with_rows: bool = False) -> None:
        """Remove a record. Raises NoSuchRecord, ChangedMeanwhile, InUse.

        ``with_rows``: rows that wait for a destination become dead letters.
        """
        refuse_other(self.found(section, name), etag)
        self._refuse_used(section, name, with_rows=with_rows)
        require_changeable(self.client)
        try:
            self.records.remove(section, name, guard=guard(section, name, etag))
        except Misconfigured as error:  # named since
            raise InUse(str(error), []) from error
        self._publish(section, name, "deleted")
        if section == "imports" and self.data_dir is not None:
            empty_spools(self.records.engine, self.data_dir, kept=self.records.names("imports"))

    def _refuse_used(self, section: str, name: str, *, with_rows: bool) -> None:
        for users, users_of in USERS.get(section, {}).items():
            if used_by := users_of(name, self.records.export()):
                raise InUse(f"{users} name this {singular(section)}: change or delete them first", used_by)
        if section == "destinations" and not with_rows:
            rows = read_backlogs(self.client, [name])[name].waiting
            if rows:
                raise InUse("rows wait for this destination: rows=dead-letters gives them up", [], rows)

    def _publish(self, section: str, name: str, verb: str, detail: str = "") -> None:
        mirror.refresh(self.client, self.records)
        scope = singular(section)
        note_alone(self.records.engine, self.actor, f"{scope}.{verb}", f"{scope}:{name}", detail)


def guard(section: str, name: str, etag: str | None) -> Guard:
    """Return a guard that refuses a change if the record has none of these ETags any more."""
    return lambda connection: refuse_other(stored_documents.find(connection, section, name), etag)


def refuse_other(found: tuple[Document, str] | None, etag: str | None) -> None:
    """Raise ChangedMeanwhile if a stored record with its ETag has none of these ETags.

    ``etag``: one, several with commas between them, or "*", which fits any record that is there.
    """
    if etag is not None and (found is None or (etag != "*" and found[1] not in etag.split(","))):
        raise ChangedMeanwhile("it was changed meanwhile: read it again")


def exported_record(section: str, checked: Mapping[str, Any]) -> dict[str, Any]:
    """Return a checked record as it is exported."""
    secrets = dict.fromkeys(secrets_of(section, checked), STORED_SECRET)
    return {key: value for key, value in {**checked, **secrets}.items() if value is not None}
