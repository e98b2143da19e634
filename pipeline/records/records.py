"""Records in the SQL store: connectors, destinations, sources, mappings, rules, files, imports, holds."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, select

from pipeline.records import record_reading, stored_documents
from pipeline.records.catalog import Catalog, Hold, Kind, Scope, unusable
from pipeline.records.catalog_version import lock_catalog, raise_version, read_version, set_version
from pipeline.records.changes import Change, Changes, compare
from pipeline.records.document_secrets import (
    opened_secrets,
    secrets_if_possible,
    secrets_of,
    secrets_or_empty,
    with_kept_secrets,
    with_secret_marks,
)
from pipeline.records.documents import SECTIONS, Documents, as_written
from pipeline.records.holds import delete_hold, put_hold, read_holds
from pipeline.records.pair_reading import consent_account, pair
from pipeline.records.record_reading import read_all
from pipeline.records.rule_documents import rule
from pipeline.stores.database import reading
from pipeline.stores.key_check import renew_check
from pipeline.stores.vault import Vault

SCOPES: Mapping[str, Scope] = {
    "connectors": "connector",
    "destinations": "destination",
    "sources": "source",
    "imports": "import",
}

Guard = Callable[[Connection], None]


class Records:
    """The records, secrets sealed; every change raises the catalog's version in the same transaction."""

    def __init__(self, engine: Engine, vault: Vault, *, lenient: bool = False, events_url: str = "") -> None:
        """``lenient``: ``load`` leaves secrets empty that no key opens, for commands that only read.

        ``events_url``: of the events store, which sources without a url read.
        """
        self.engine = engine
        self.vault = vault
        self.events_url = events_url
        self._unseal = secrets_or_empty if lenient else opened_secrets

    def version(self) -> int:
        """Return the version in force; a catalog with this version is up to date."""
        with reading(self.engine) as connection:
            return read_version(connection)

    def load(self) -> Catalog:
        """Read all records."""
        with reading(self.engine) as connection:
            # The version first: a change in between is then read twice rather than missed.
            version = read_version(connection)
            stored = stored_documents.load(connection, partial(self._unseal, self.vault))
            holds = read_holds(connection)
        destinations = read_all(record_reading.destination, stored["destinations"])
        return Catalog(
            version=version,
            connectors=read_all(record_reading.connector, stored["connectors"]),
            destinations=destinations,
            holds=unusable(destinations) | holds,
            sources=read_all(record_reading.source, stored["sources"]),
            imports=read_all(record_reading.event_import, stored["imports"]),
            channels=read_all(record_reading.channel, stored["channels"]),
            alert_rules=read_all(record_reading.alert_rule, stored["alerts"]),
            mappings=read_all(record_reading.mapping, stored["mappings"]),
            rules=read_all(rule, stored["rules"]),
            pairs=read_all(pair, stored["pairs"]),
            consents=read_all(consent_account, stored["consents"]),
        )

    def names(self, section: str) -> frozenset[str]:
        """Return the names of the stored records of a section."""
        with reading(self.engine) as connection:
            return frozenset(connection.scalars(select(SECTIONS[section].c.name)))

    def connector_kinds(self) -> dict[str, str]:
        """Return the kinds of the stored connectors."""
        table = SECTIONS["connectors"]
        with reading(self.engine) as connection:
            rows = connection.execute(select(table.c.name, table.c.body)).all()
        return {row.name: row.body.get("kind", "") for row in rows}

    def find(self, section: str, name: str) -> tuple[dict[str, Any], str] | None:
        """Return one record as it is exported and its ETag, None if there is none of this name."""
        with reading(self.engine) as connection:
            found = stored_documents.find(connection, section, name)
        return None if found is None else (as_written({name: found[0]})[name], found[1])

    def apply(
        self,
        configuration: Documents,
        *,
        prune: bool = False,
        dry_run: bool = False,
        guard: Guard | None = None,
    ) -> Changes:
        """Store ``configuration``, whole or not at all; ``prune`` removes records that it does not name.

        ``guard`` may look at the store before anything changes, and raise: no other process changes records
        meanwhile.
        Raises Misconfigured if a destination would be left without its connector, a rule without one of its
        channels, a source without its mapping, or if a stored secret is to stay and there is none.
        """
        from pipeline.records import agreement  # with the schemas, which take long to import

        with self._alone() as connection:
            if guard:
                guard(connection)
            stored = stored_documents.load(connection, partial(secrets_if_possible, self.vault))
            wanted = with_kept_secrets(configuration, stored)
            changes = Changes(**{s: compare(stored[s], wanted[s], prune=prune) for s in SECTIONS})
            agreement.refuse(stored, wanted, changes)
            if changes and not dry_run:
                for section in SECTIONS:
                    self._write(connection, section, getattr(changes, section), wanted)
                raise_version(connection)
        return changes

    def remove(self, section: str, name: str, *, guard: Guard | None = None) -> None:
        """Remove one record and its holds; ``guard``: as for ``apply``.

        Raises Misconfigured if a record would lose its connector or mapping, or a rule a channel.
        """
        from pipeline.records.removal import refuse_named

        with self._alone() as connection:
            if guard:
                guard(connection)
            stored = stored_documents.load(connection, with_secret_marks)
            refuse_named(section, name, stored)
            self._write(connection, section, Change(removed=(name,)), {})
            raise_version(connection)

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        """Lock the catalog, so that records are changed by one process at a time."""
        with self.engine.begin() as connection:
            lock_catalog(connection)
            yield connection

    def _write(self, connection: Connection, section: str, change: Change, wanted: Documents) -> None:
        for name in (*change.created, *change.updated):
            stored_documents.store(connection, section, name, wanted[section][name], self.vault)
        for name in change.removed:
            stored_documents.remove(connection, section, name)
            if section in SCOPES:
                delete_hold(connection, SCOPES[section], name)

    def export(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Return all records as a configuration without secrets; to ``apply`` it changes nothing."""
        with reading(self.engine) as connection:
            stored = stored_documents.load(connection, with_secret_marks)
        return {section: as_written(found) for section, found in stored.items()}

    def hold(self, scope: Scope, name: str, kind: Kind, code: str = "", detail: str = "") -> bool:
        """Stop sending for ``name``; False if the same hold is there already; its time stays."""
        with self._alone() as connection:
            if is_new := put_hold(connection, scope, name, Hold(kind, code, detail, datetime.now(UTC))):
                raise_version(connection)
        return is_new

    def release(self, scope: Scope, name: str) -> bool:
        """Send again for ``name``; False if it was not stopped."""
        with self._alone() as connection:
            if released := delete_hold(connection, scope, name):
                raise_version(connection)
        return released

    def renew(self, *, above: int) -> None:
        """Raise the version, though nothing changed, above the version of records that were lost."""
        with self._alone() as connection:
            set_version(connection, above + 1)

    def reseal(self) -> int:
        """Encrypt all secrets anew with the first key; return the number of records with secrets."""
        with self._alone() as connection:
            stored = stored_documents.load(connection, partial(opened_secrets, self.vault))
            sealed = [
                (section, name)
                for section in SECTIONS
                for name, document in stored[section].items()
                if secrets_of(section, document)
            ]
            for section, name in sealed:
                stored_documents.store(connection, section, name, stored[section][name], self.vault)
            renew_check(connection, self.vault)
        return len(sealed)
