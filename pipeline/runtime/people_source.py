"""Runs of sources of people, which a connector of either system may have."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine

from pipeline.model.connector import Connector
from pipeline.model.source import PeopleSource
from pipeline.people.accounts import riid_account
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import kind_of
from pipeline.stores.database import reading
from pipeline.streams.people_run import PeopleRun
from pipeline.streams.stream_state import read_states

OPTIONS = ("full", "resend", "progress")


def people_run(
    catalog: Catalog, source: PeopleSource, events: Engine, options: Mapping[str, Any]
) -> PeopleRun:
    """Prepare a run: of the people of an org, or of those with a RIID of an account."""
    connector = catalog.connectors[source.connector]
    is_org = kind_of(connector).open_reader is not None
    account = None if is_org else account_of(catalog, connector, events)
    org = org_of(catalog, connector, events) if is_org else None
    given = {name: options[name] for name in OPTIONS if name in options}
    return PeopleRun(events, source, account, org, **given)


def account_of(catalog: Catalog, connector: Connector, events: Engine) -> str:
    """Return the account id of a connector's RIIDs; "": there is one account, and its id is not known yet."""
    if configured := getattr(connector, "account_id", None):
        return str(configured)
    others = (each for each in catalog.connectors.values() if each.kind == connector.kind)
    is_only = {each.account for each in others} == {connector.account}
    with reading(events) as connection:
        return riid_account(connection, "" if is_only else connector.account)


def org_of(catalog: Catalog, connector: Connector, events: Engine) -> str | None:
    """Return the org of a connector as its streams have met it; None: none has met one."""
    states = read_states(events)
    met = (states[each.name].org for each in catalog.sources_of(connector.name) if each.name in states)
    return next((org for org in met if org), None)
