"""Copy into Redis what scripts and producers need to know of the catalog.

Keys
    catalog            the version of the newest catalog that was copied here
    audiences          set: the audiences that have a destination; a producer refuses all others
    destinations       set: the destinations copied here, so that removed ones are noticed
    destination:{d}    see lanes.py
    connector:{c}      see lanes.py

The SQL store decides; whoever changes it publishes, and so does every worker that sees a change.
"""

import json

import redis

from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import ACTIONS
from pipeline.records.records import Records
from pipeline.stores.scripts import Scripts

REMOVED = "-"  # the connector and function of destinations that are no more


def refresh(client: redis.Redis, records: Records) -> Catalog:
    """Read the records and make Redis agree with them; return the newest catalog."""
    while True:
        catalog = records.load()
        known = publish(client, catalog)
        if known == catalog.version:
            return catalog
        if records.version() == catalog.version:
            # Redis has seen a newer catalog than the SQL store, which was put back from a backup.
            records.renew(above=known)


def publish(client: redis.Redis, catalog: Catalog) -> int:
    """Make Redis agree with the catalog; safe to repeat, and to run several times at once.

    Returns the version of the newest catalog that Redis knows: a newer one is left as it is.
    """
    scripts = Scripts(client)
    newest, *removed = scripts.run("publish", args=[catalog.version, overview(catalog)])
    if int(newest) == catalog.version:
        for destination in catalog.destinations.values():
            configure(scripts, catalog, destination)
        for name in removed:
            scripts.run("configure", args=[name, REMOVED, REMOVED, 200, 0, "", 0, catalog.version])
    return int(newest)


def overview(catalog: Catalog) -> str:
    """Write down all that is not one destination's own."""
    connectors = [(each.name, why_stopped(catalog, each)) for each in catalog.connectors.values()]
    names = {"audiences": sorted(catalog.audiences), "destinations": sorted(catalog.destinations)}
    return json.dumps({"connectors": connectors, **names})


def configure(scripts: Scripts, catalog: Catalog, destination: Destination) -> None:
    """Write one destination, and move its lanes to where they belong now."""
    hold = catalog.holds.get(("destination", destination.name))
    functions = ACTIONS[destination.action].functions
    scripts.run("configure", args=[
        destination.name, destination.connector, functions[0], destination.max_rows,
        round(destination.max_age * 1000), hold.kind if hold else "",
        round(destination.options.get("dedupe") or 0), catalog.version, *functions[1:],
    ])  # fmt: skip


def why_stopped(catalog: Catalog, connector: Connector) -> str:
    """Say why a connector sends nothing: ``disabled``, ``paused`` or ``held``; "" when it sends."""
    if not connector.enabled:
        return "disabled"
    hold = catalog.holds.get(("connector", connector.name))
    return hold.kind if hold else ""
