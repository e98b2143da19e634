"""Clear boxes: addresses that are out, with a record that had a clear box when it was last read."""

from collections.abc import Collection, Mapping

import msgspec
from sqlalchemy import Connection, select

from pipeline.consents.addresses import digest_of_address
from pipeline.consents.box_statements import ADDRESS, BOX
from pipeline.consents.untold import people_of
from pipeline.stores.stream_tables import records
from pipeline.stores.unindexed import unindexed


def with_clear_box(connection: Connection, addresses: Collection[str], sources: Collection[str]) -> list[str]:
    """Return those of some addresses that a record of the sources has, with a box that is clear."""
    people: Mapping[str, int] = people_of(connection, list(addresses)) if addresses else {}
    query = select(records.c.body).where(
        records.c.person.in_(set(people.values())), unindexed(records.c.source).in_(sources), ~records.c.gone
    )
    bodies = connection.scalars(query) if people else ()
    fields = [msgspec.json.decode(body)[1] for body in bodies if body]
    clear = {digest_of_address(str(one.get(ADDRESS) or "")) for one in fields if one.get(BOX) is False}
    return [address for address in addresses if address in clear]
