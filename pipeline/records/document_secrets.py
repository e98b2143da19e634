"""Secrets of documents: they are stored apart from the rest, encrypted.

A channel may do without some of its secrets, so its body has STORED_SECRET in the place of each.
"""

import json
from typing import Any

from pipeline.errors import Misconfigured
from pipeline.records.documents import SECTIONS, Document, Documents, singular, without_nulls
from pipeline.records.kinds import KINDS
from pipeline.stores.vault import Vault
from schemas.record_words import SQL

CHANNEL_SECRETS = ("url", "secret", "password")
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


def with_kept_secrets(configuration: Documents, stored: Documents) -> Documents:
    """Return ``configuration`` with the stored secret in each place of STORED_SECRET."""
    return {
        section: {
            name: {
                key: stored_secret(section, name, key, stored)
                if value == STORED_SECRET and key in secrets_of(section, document)
                else value
                for key, value in document.items()
            }
            for name, document in without_nulls(configuration.get(section, {})).items()
        }
        for section in SECTIONS
    }


def stored_secret(section: str, name: str, key: str, stored: Documents) -> Any:
    """Return a stored secret, for the place of STORED_SECRET."""
    if key not in stored[section].get(name, {}):
        raise Misconfigured(f"{section}.{name}.{key}: there is none stored that could be kept")
    return stored[section][name][key]
