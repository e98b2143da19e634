"""Tombstones: digests in the place of the stand-ins of erased people, so that no RIID can be read.

The chain has stand-ins as digests from the beginning, so erasing does not break it. A later statement of the
same RIID finds its tombstone, and the state goes on.
"""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, select, update

from pipeline.consents.addresses import STAND_IN, stand_in
from pipeline.people.record_identity import sha256
from pipeline.stores.consent_tables import consent_statements, consent_states, consent_tells

TABLES = (consent_states, consent_statements, consent_tells)


def bury(connection: Connection, addresses: Collection[str]) -> None:
    """Put tombstones in the place of stand-ins; addresses are digests already."""
    rename(connection, {one: sha256(one) for one in addresses if one.startswith(STAND_IN)})


def take_up(connection: Connection, addresses: Iterable[str]) -> None:
    """Put stand-ins in the place of their tombstones."""
    graves = {sha256(one): one for one in addresses if one.startswith(STAND_IN)}
    if graves:
        known = select(consent_states.c.address).where(consent_states.c.address.in_(graves))
        rename(connection, {one: graves[one] for one in connection.scalars(known)})


def rename(connection: Connection, names: Mapping[str, str]) -> None:
    """Replace addresses in all tables of consents; ``names``: the new address by the old one."""
    for before, after in names.items():
        for table in TABLES:
            connection.execute(update(table).where(table.c.address == before).values(address=after))


def graves_of(riids: Iterable[str], accounts: Collection[str]) -> dict[str, str]:
    """Return the tombstones that RIIDs of some accounts may have, with the RIIDs."""
    return {sha256(stand_in(account, riid)): riid for riid in riids for account in accounts}
