"""The chain of statements: each has a hash over itself and the hash of the one before it.

The evidence counts by its own digest, so it can be erased, and the chain still holds.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from pipeline.consents.addresses import STAND_IN
from pipeline.people.record_identity import sha256

FIRST = "0" * 64  # the hash before the first statement
CHAINED = (
    "id key address channel name wish kind source at epoch effect evidence_digest noted_at previous"
).split()

encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True)
class ChainFault:
    """The first statement that does not follow from the one before, and why."""

    id: int
    reason: str


def digest_of(evidence: Mapping[str, Any]) -> str:
    """Return the digest of an evidence."""
    return hashlib.sha256(encode(dict(evidence))).hexdigest()


def link_of(row: Mapping[str, Any]) -> str:
    """Return the hash of a statement; ``previous``: the hash of the statement before it."""
    values = {**row, "address": chained_address(row["address"])}
    return hashlib.sha256(encode([values[name] for name in CHAINED])).hexdigest()


def chained_address(address: str) -> str:
    """Return an address as the chain knows it: of a stand-in its digest, which an erasure leaves."""
    return sha256(address) if address.startswith(STAND_IN) else address


def first_fault(rows: Iterable[Mapping[str, Any]]) -> ChainFault | None:
    """Return the first fault of a chain of all statements by their ids; None: it holds."""
    previous = FIRST
    for number, row in enumerate(rows, 1):
        if row["id"] != number:
            return ChainFault(number, "it is missing")
        if row["previous"] != previous:
            return ChainFault(number, "it does not follow from the one before")
        if row["hash"] != link_of(row):
            return ChainFault(number, "it was changed")
        if row["evidence"] is not None and digest_of(row["evidence"]) != row["evidence_digest"]:
            return ChainFault(number, "its evidence was changed")
        previous = row["hash"]
    return None
