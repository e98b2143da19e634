"""Owners of addresses: Responsys refused an address to a member because another member has it.

Oracle documents no code for such a refusal. So after each refusal of a row that gave a member, found by RIID,
an address, the account is asked for the member with that address.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import redis
from msgspec.structs import replace as with_fields
from sqlalchemy import Engine, select

from pipeline.errors import CallError
from pipeline.model.action import Action
from pipeline.model.activation import Activation, Invalid, decode
from pipeline.model.call import Sender
from pipeline.model.connector import Connector
from pipeline.people.known_identifiers import known_identifiers
from pipeline.people.record_identity import riid_of
from pipeline.people.taken_addresses import TakenAddress
from pipeline.records.catalog import Catalog
from pipeline.runtime.member_columns import RIID, MemberColumns
from pipeline.runtime.people_source import account_of
from pipeline.runtime.permits import permitted
from pipeline.settle.witness_notes import WitnessNote
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import dead_letters

log = logging.getLogger(__name__)

FINE = ("delivered", "unchanged")


class RefusedAddress(NamedTuple):
    """An address that Responsys did not take."""

    profile: str
    address: str  # in lower case
    riid: str  # of the profile's own member


@dataclass(frozen=True)
class AddressOwners:
    """Asks accounts; ``minute``: seconds that a minute of the limits has."""

    client: redis.Redis
    engine: Engine
    events: Engine
    clients: Callable[[Connector], Sender]
    minute: float

    def find(self, catalog: Catalog, notes: Sequence[WitnessNote]) -> list[TakenAddress]:
        """Return the addresses that batches could not write because other members have them.

        An account that cannot be asked is not asked again before such a row is refused anew.
        """
        found: list[TakenAddress] = []
        for note in notes:
            destination = catalog.destinations.get(note.destination)
            if destination is None or all(row["verdict"] in FINE for row in note.rows):
                continue
            action = catalog.action_of(destination)
            if action.contests_addresses:
                found += self._of_batch(
                    action, note.batch, account_of(catalog, action.connector, self.events)
                )
        return found

    def _of_batch(self, action: Action, batch: str, account: str) -> list[TakenAddress]:
        """Return the addresses of one batch that other members have."""
        refused = self._refused(action, batch, account)
        owners = self._owners(action.connector, [each.address for each in refused]) if refused else {}
        return [
            TakenAddress(each.profile, each.address, account, owner)
            for each in refused
            if (owner := owners.get(each.address, each.riid)) != each.riid
        ]

    def _refused(self, action: Action, batch: str, account: str) -> list[RefusedAddress]:
        """Return the addresses with which rows of a batch were refused."""
        letters = select(dead_letters.c.profile_id, dead_letters.c.code, dead_letters.c.activation)
        with reading(self.engine) as connection:
            rows = connection.execute(letters.where(dead_letters.c.batch == batch)).all()
        with reading(self.events) as connection:
            known = known_identifiers(connection, {row.profile_id for row in rows}, account)
        found = []
        for row in rows:
            riid = known.get(row.profile_id, {}).get("riid", "")
            with suppress(Invalid):  # a row that could not be read was not sent
                activation = with_riid(decode(row.activation.encode()), riid)
                if riid and (address := action.contested_address(activation, row.code)):
                    found.append(RefusedAddress(row.profile_id, address.strip().lower(), riid))
        return found

    def _owners(self, connector: Connector, addresses: Sequence[str]) -> dict[str, str]:
        """Return the RIIDs of the members that have some addresses."""
        try:
            sender = self.clients(connector)
            sender.ready()
            members = MemberColumns.of(connector, permitted(self.client, connector, sender, self.minute))
            rows = members.read("email", addresses, [RIID]) if members else {}
        except CallError as error:
            fields = {"connector": connector.name, "addresses": len(addresses), "code": error.code}
            log.warning("owners of addresses not asked for", extra=fields)
            return {}
        told = {address: riid_of(row.get(RIID) or "") for address, row in rows.items()}
        return {address: riid for address, riid in told.items() if riid}


def with_riid(activation: Activation, riid: str) -> Activation:
    """Return an activation as its batch was told its RIID, unless it names one; "": it is not known."""
    if not riid or activation.identifier("riid"):
        return activation
    return with_fields(activation, identifiers={**activation.identifiers, "riid": riid})
