"""Consents at a glance: each with its age and bursts, and the opt-outs that a destination has not taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from pipeline.consents.bursts import open_bursts
from pipeline.consents.carriers import carriers
from pipeline.operate.consent_status import ConsentStatus, consent_status
from pipeline.operate.untaken_states import not_told
from pipeline.records.catalog import Catalog
from pipeline.runtime.stores import Stores
from pipeline.stores.database import reading

MOST = 50  # opt-outs that are listed of each consents record


@dataclass(frozen=True)
class ConsentOverview:
    """One consents record; ``untold``: the oldest opt-outs on their way, as parity lists them."""

    status: ConsentStatus
    untold: Sequence[dict[str, Any]]
    has_more: bool


def read_overview(stores: Stores, catalog: Catalog) -> list[ConsentOverview]:
    """Return all consents by their names."""
    events = stores.events_if_any if catalog.consents else None
    if events is None:
        return []
    with reading(events) as connection:
        return [overview_of(connection, catalog, name) for name in sorted(catalog.consents)]


def overview_of(connection: Connection, catalog: Catalog, name: str) -> ConsentOverview:
    """Put together one consents record."""
    account = catalog.consents[name]
    destinations = [one.name for one in carriers(catalog, account)]
    status = consent_status(connection, catalog, account, open_bursts(connection))
    found = list(islice(not_told(connection, account.channel, destinations), MOST + 1))
    return ConsentOverview(status, found[:MOST], len(found) > MOST)
