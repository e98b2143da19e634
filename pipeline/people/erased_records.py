"""Erased records: known by the digest of their id alone, until retention."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from pipeline.people.record_identity import sha256
from pipeline.stores.people_tables import erased_records


def erased_among(connection: Connection, ids: Collection[str]) -> set[str]:
    """Return which of some ids are those of erased records."""
    if not ids or connection.scalar(select(erased_records.c.record).limit(1)) is None:
        return set()
    by_digest = {sha256(name): name for name in ids}
    found = connection.scalars(select(erased_records.c.record).where(erased_records.c.record.in_(by_digest)))
    return {by_digest[digest] for digest in found}
