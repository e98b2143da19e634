"""Halts of sources: a refused run holds its connector; a source waits for a connector that is stopped."""

import redis

from pipeline.deliver.halts import Halts
from pipeline.errors import Held
from pipeline.model.source import MembersSource, SalesforceSource, Source
from pipeline.records import mirror
from pipeline.records.catalog import Catalog
from pipeline.records.records import Records

CALLING = (SalesforceSource, MembersSource)  # sources that call the account of their connector


def hold_connector(client: redis.Redis, records: Records, catalog: Catalog, error: Held) -> None:
    """Hold the connector whose account refused a call of a run; its deliveries wait as well."""
    connector, halts = catalog.connectors.get(error.connector), Halts(client, records)
    if connector is not None and halts.is_in_force(connector):
        halts.hold("connector", connector.name, error.code, error.detail)


def free_connector(client: redis.Redis, records: Records, catalog: Catalog, source: Source) -> None:
    """Free the connector of a source that a person ran while it was held: its account answers again."""
    if not isinstance(source, CALLING):
        return
    hold = catalog.holds.get(("connector", source.connector))
    if hold is not None and hold.kind == "held":
        records.release("connector", source.connector)
        mirror.refresh(client, records)


def why_waiting(catalog: Catalog, source: Source) -> str:
    """Say why a source does not run by its schedule; "" if it may."""
    name = getattr(source, "connector", None)
    if name is None:
        return ""
    hold = catalog.holds.get(("connector", name))
    if hold is not None and hold.kind == "held" and isinstance(source, CALLING):
        return "its connector is held: `activation status` tells why"
    is_paused = not catalog.connectors[name].enabled or (hold is not None and hold.kind == "paused")
    return "its connector or the source is paused" if is_paused else ""
