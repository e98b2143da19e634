"""The org that a source reads: the first one that answered, and no other under the same host."""

from sqlalchemy import Connection, select, update

from pipeline.errors import Held
from pipeline.model.org_identity import other_org
from pipeline.stores.stream_tables import streams
from pipeline.stores.upsert import insert_new


def keep_org(connection: Connection, source: str, found: str) -> None:
    """Note the org that a snapshot reads; raises Held if an earlier one read another."""
    if not found:
        return
    insert_new(connection, streams, {"source": source})
    row = streams.c.source == source
    known = connection.scalar(select(streams.c.org).where(row)) or ""
    refuse_other_org(known, found)
    if not known:
        connection.execute(update(streams).where(row).values(org=found))


def refuse_other_org(known: str, found: str) -> None:
    """Raise Held if the org that answered is not the one that is known; "" is unknown."""
    if text := other_org(known, found):
        raise Held("connector", "OTHER_ORG", text)
