"""Documents of pairs and consents: read into the values that decide."""

from collections.abc import Mapping
from typing import Any

from pipeline.model.consent_account import ConsentAccount
from pipeline.model.pair import Pair
from schemas.spans import seconds_in


def pair(name: str, document: Mapping[str, Any]) -> Pair:
    """Read a pair."""
    sides = {"salesforce": tuple(document["salesforce"]), "settle": seconds_in(document["settle"])}
    return Pair(**{**document, **sides, "name": name})


def consent_account(name: str, document: Mapping[str, Any]) -> ConsentAccount:
    """Read the consents of a channel."""
    return ConsentAccount(**{**document, "sources": tuple(document["sources"]), "name": name})
