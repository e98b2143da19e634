"""The mirror: the parts of the catalog that scripts and producers need, copied into Redis.

Keys
    catalog            the version of the newest catalog that was copied here
    audiences          set: the audiences that have a destination; a producer refuses any other
    destinations       set: the destinations copied here, so that removed ones are noticed
    destination:{d}    see lanes/__init__.py
    connector:{c}      see lanes/__init__.py

The SQL store decides. Every command that changes it publishes, and so does every worker that sees a change.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import redis

from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.records.catalog import Catalog
from pipeline.records.records import Records
from pipeline.stores import emptied
from pipeline.stores.broker import decoded
from pipeline.stores.scripts import Scripts

REMOVED = "-"  # the connector and function of removed destinations


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


def restore(client: redis.Redis, catalog: Catalog) -> bool:
    """Publish the catalog to a Redis that has lost it, and note so; False if Redis has one."""
    if client.exists("catalog"):
        return False
    publish(client, catalog)
    emptied.leave(client)
    return True


def publish(client: redis.Redis, catalog: Catalog) -> int:
    """Make Redis agree with the catalog; safe to repeat, and to run several times at once.

    Returns the version of the newest catalog that Redis knows: a newer one is left as it is.
    """
    scripts = Scripts(client)
    newest, removed = publish_overview(scripts, catalog.version, overview(catalog))
    if newest == catalog.version:
        for destination in catalog.destinations.values():
            configure(scripts, settings_of(catalog, destination))
        for name in removed:
            configure(scripts, DestinationSettings(name, REMOVED, [REMOVED], catalog.version))
    return newest


def publish_overview(scripts: Scripts, version: int, overview: str) -> tuple[int, list[str]]:
    """Run publish.lua; return the newest version in Redis, and the removed destinations."""
    newest, *removed = scripts.run("publish", args=[version, overview])
    return int(newest), [decoded(name) for name in removed]


def overview(catalog: Catalog) -> str:
    """Write the parts that do not belong to one destination as JSON."""
    accounts = catalog.first_class_accounts
    connectors = [
        (each.name, why_stopped(catalog, each), each.account in accounts)
        for each in catalog.connectors.values()
    ]
    names = {"audiences": sorted(catalog.audiences), "destinations": sorted(catalog.destinations)}
    return json.dumps({"connectors": connectors, **names})


@dataclass(frozen=True)
class DestinationSettings:
    """The settings of one destination that scripts need."""

    name: str
    connector: str
    functions: Sequence[str]  # that its calls may use, the first call's first
    version: int  # of the catalog
    max_rows: int = 200
    max_age: float = 0  # seconds
    stopped: str = ""  # the reason; "": it sends
    dedupe: float = 0  # seconds within which a profile is taken once; 0: always
    priority: str = ""  # "first": its lanes go before those of other destinations


def settings_of(catalog: Catalog, destination: Destination) -> DestinationSettings:
    """Take from the catalog the settings of one destination that scripts need."""
    hold = catalog.holds.get(("destination", destination.name))
    return DestinationSettings(
        name=destination.name,
        connector=destination.connector,
        functions=catalog.functions_of(destination),
        version=catalog.version,
        max_rows=destination.max_rows,
        max_age=destination.max_age,
        stopped=hold.kind if hold else "",
        dedupe=destination.options.get("dedupe") or 0,
        priority=destination.priority or "",
    )


def configure(scripts: Scripts, settings: DestinationSettings) -> None:
    """Run configure.lua: write one destination, and move its lanes to where they belong now."""
    first, *further = settings.functions
    scripts.run("configure", args=[
        settings.name, settings.connector, first, settings.max_rows, round(settings.max_age * 1000),
        settings.stopped, round(settings.dedupe), settings.version, settings.priority, *further,
    ])  # fmt: skip


def why_stopped(catalog: Catalog, connector: Connector) -> str:
    """Say why a connector sends nothing: ``disabled``, ``paused`` or ``held``; "" when it sends."""
    if not connector.enabled:
        return "disabled"
    hold = catalog.holds.get(("connector", connector.name))
    return hold.kind if hold else ""
