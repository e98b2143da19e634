"""Copy into Redis what scripts and producers need to know of the catalog.

Keys
    audiences          set: the audiences that have a destination; a producer refuses all others
    destinations       set: the destinations copied here, so that removed ones are noticed
    destination:{d}    see lanes.py
    connector:{c}      see lanes.py

The SQL store decides; whoever changes it publishes, and so does every worker that sees a change.
"""

import redis

from pipeline.broker import text
from pipeline.catalog import Catalog
from pipeline.connector import Connector
from pipeline.destination import Destination
from pipeline.responsys.actions import ACTIONS
from pipeline.scripts import Scripts

REMOVED = "-"  # the connector and function of destinations that are no more


def publish(client: redis.Redis, catalog: Catalog) -> None:
    """Make Redis agree with the catalog; safe to repeat, and to run several times at once."""
    scripts = Scripts(client)
    for connector in catalog.connectors.values():
        client.hset(f"connector:{connector.name}", "stopped", why_stopped(catalog, connector))
    for destination in catalog.destinations.values():
        configure(scripts, catalog, destination)
    known = {text(name) for name in client.smembers("destinations")}
    for name in known - set(catalog.destinations):
        scripts.run("configure", args=[name, REMOVED, REMOVED, 200, 0, "", 0])
    with client.pipeline() as pipe:
        pipe.delete("audiences", "destinations")
        if catalog.destinations:
            pipe.sadd("audiences", *catalog.audiences)
            pipe.sadd("destinations", *known, *catalog.destinations)
        elif known:
            pipe.sadd("destinations", *known)
        pipe.execute()


def configure(scripts: Scripts, catalog: Catalog, destination: Destination) -> None:
    """Write one destination, and move its lanes to where they belong now."""
    hold = catalog.holds.get(("destination", destination.name))
    functions = ACTIONS[destination.action].functions
    scripts.run("configure", args=[
        destination.name, destination.connector, functions[0], destination.max_rows,
        round(destination.max_age * 1000), hold.kind if hold else "",
        round(destination.options.get("dedupe") or 0), *functions[1:],
    ])  # fmt: skip


def why_stopped(catalog: Catalog, connector: Connector) -> str:
    """Say why a connector sends nothing: ``disabled``, ``paused`` or ``held``; "" when it sends."""
    if not connector.enabled:
        return "disabled"
    hold = catalog.holds.get(("connector", connector.name))
    return hold.kind if hold else ""
