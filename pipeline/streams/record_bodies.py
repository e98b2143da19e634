"""Bodies of records: the stored text of each, its digest, and the variables that differ from those sent.

A record that was barred, deleted, or not its person's primary when it was read is not sent: its body also
keeps the variables that were sent before.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from pipeline.model.source_record import SourceRecord

encode = msgspec.json.Encoder(order="sorted").encode
decode = msgspec.json.decode


def body_of(record: SourceRecord) -> tuple[str, str]:
    """Return the digest of a record, and its variables and fields as JSON.

    The identifiers of its person count in the digest and are not stored: handles have them as digests.
    """
    if record.body is None:
        body = encode([record.values, record.fields])
        identity = (record.gone, record.survivor, record.contact, record.email, record.family, record.riid)
        said = body + encode([identity, record.keys, record.people])
        record.body = blake2b(said, digest_size=12).hexdigest(), body.decode()
    return record.body


def unsent_body(record: SourceRecord) -> str:
    """Return the body of a record that is not sent now, with the variables that were last sent of it."""
    return encode([record.values, record.fields, sent_values(record)]).decode()


def is_unsent(body: str) -> bool:
    """Tell whether ``unsent_body`` wrote a body."""
    return len(decode(body)) > 2


def read_body(body: str) -> Mapping[str, Any]:
    """Return the body of ``body_of`` or ``unsent_body`` as rules look at it."""
    values, fields, *sent = decode(body)
    return {"values": values, "fields": fields, "sent": sent[0] if sent else values}


def values_of_body(body: str) -> Mapping[str, Any]:
    """Return the variables alone, for callers with a million records."""
    found: Mapping[str, Any] = decode(body)[0]
    return found


def sent_values(record: SourceRecord) -> Mapping[str, Any]:
    """Return the variables that were last sent of a record; none of a new one."""
    if record.before is None:
        return {}
    found: Mapping[str, Any] = record.before["sent"]
    return found


def changed_values(record: SourceRecord) -> dict[str, Any]:
    """Return the variables that differ from those sent; of a record that never was sent all."""
    if not (sent := sent_values(record)):
        return dict(record.values)
    return {name: value for name, value in record.values.items() if name not in sent or sent[name] != value}


def is_altered(record: SourceRecord) -> bool:
    """Tell whether a record that was known has another value of a variable by now, or is gone."""
    if record.before is None or record.parent:
        return False
    known = record.before["values"]
    return record.gone or any(
        name not in known or known[name] != value for name, value in record.values.items()
    )
