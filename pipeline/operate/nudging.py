"""Nudging: an outbound message lets the streams of its records run at once."""

from contextlib import closing
from typing import Any

from pipeline.model.connector import Connector
from pipeline.model.source import SalesforceSource
from pipeline.model.variable_values import as_id
from pipeline.records.catalog import Catalog
from pipeline.runtime.clients import Clients
from pipeline.runtime.stores import Stores
from pipeline.streams.stream_state import read_states


def orgs_of(stores: Stores, catalog: Catalog, connector: Connector) -> set[str]:
    """Return the ids of the orgs that the streams of a connector have read: one, as a rule.

    If none has read yet, the org that the connector logs in at. Raises CallError if the login fails.
    """
    names = {source.name for source in streams_of(catalog, connector)}
    events = stores.events_if_any
    states = read_states(events) if events is not None and names else {}
    found = {state.org for name, state in states.items() if name in names and state.org}
    return found or {org for org in (org_of_login(stores, connector),) if org}


def org_of_login(stores: Stores, connector: Connector) -> str:
    """Return the id of the org that a token of the connector is of, "" if it does not tell."""
    with closing(Clients(stores.settings, stores.redis, stores.vault)) as clients:
        client: Any = clients(connector)
        org = client.find_org()
    return as_id(org) if org else ""


def streams_about(catalog: Catalog, connector: Connector, objects: frozenset[str]) -> list[str]:
    """Name the streams of a connector that read these objects, or the history of one of them."""
    wanted = {name for each in objects for name in (each, *histories_of(each))}
    return [source.name for source in streams_of(catalog, connector) if source.object in wanted]


def histories_of(name: str) -> tuple[str, ...]:
    """Name the objects with the history of an object: "OpportunityHistory", "Deal__History"."""
    if name.endswith("__c"):
        return (f"{name.removesuffix('c')}History",)
    return (f"{name}History", f"{name}FieldHistory")


def sources_of_events(catalog: Catalog, connector: Connector) -> list[str]:
    """Name the sources that read the events of a connector."""
    return [
        source.name
        for source in catalog.sources_of(connector.name)
        if source.kind == "responsys_events" and source.enabled
    ]


def streams_of(catalog: Catalog, connector: Connector) -> list[SalesforceSource]:
    """Return the streams of a connector that run."""
    return [
        source
        for source in catalog.sources.values()
        if isinstance(source, SalesforceSource)
        and source.connector == connector.name
        and source.is_stream
        and source.enabled
    ]
