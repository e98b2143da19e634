"""Bodies of records: what is stored of each, its digest, and the variables that differ from those stored."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from pipeline.model.source_record import SourceRecord

encode = msgspec.json.Encoder(order="sorted").encode
decode = msgspec.json.decode


def body_of(record: SourceRecord) -> tuple[str, str]:
    """Return the digest of a record, and its variables and fields as JSON.

    What identifies its person counts in the digest, and is not stored: people have it as digests.
    """
    body = encode([record.values, record.fields])
    identity = (record.gone, record.survivor, record.contact, record.email, record.family, record.riid)
    said = body + encode([identity, record.keys, record.people])
    return blake2b(said, digest_size=12).hexdigest(), body.decode()


def read_body(body: str) -> Mapping[str, Any]:
    """Return what ``body_of`` wrote, as rules look at it."""
    values, fields = decode(body)
    return {"values": values, "fields": fields}


def changed_values(record: SourceRecord) -> dict[str, Any]:
    """Return the variables that differ from those before; of a new record all."""
    if record.before is None:
        return dict(record.values)
    before = record.before["values"]
    return {
        name: value for name, value in record.values.items() if name not in before or before[name] != value
    }
