"""Runs of sources of members, put together from the functions of the connector's kind."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Engine

from pipeline.errors import Misconfigured
from pipeline.model.call import Call
from pipeline.model.source import MembersSource
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import kind_of
from pipeline.runtime.opening_rules import PEOPLE, objects_of_people, open_pairing
from pipeline.runtime.people_source import account_of
from pipeline.streams.followers import Follower, Followers
from pipeline.streams.members_reader import MembersReader
from pipeline.streams.members_run import MembersRun

OPTIONS = ("full", "resend", "patience", "progress", "confirm")


def members_run(
    catalog: Catalog,
    source: MembersSource,
    events: Engine,
    ask: Callable[[Call], Any],
    rules: Follower,
    options: Mapping[str, Any],
) -> MembersRun:
    """Prepare a run; ``ask`` sends calls, each with a permit."""
    pairing = open_pairing(catalog, source)
    follower = rules if pairing is None else Followers(rules, pairing)
    reader = members_reader(catalog, source, events, ask, follower.fields)
    given = {name: options[name] for name in OPTIONS if name in options}
    return MembersRun(events, reader, follower, pairing, **given)


def members_reader(
    catalog: Catalog,
    source: MembersSource,
    events: Engine,
    ask: Callable[[Call], Any],
    further: Sequence[str],
) -> MembersReader:
    """Return the reader of a source; ``further``: columns or variables that rules look at."""
    connector = catalog.connectors[source.connector]
    kind = kind_of(connector)
    if kind.member_columns is None or kind.extension_columns is None:
        raise Misconfigured(f'connector "{connector.name}" has no members')
    members = partial(kind.member_columns, connector, ask, "riid")
    table = partial(kind.extension_columns, connector, ask, source.fields_table)
    account = account_of(catalog, connector, events)
    needs_records = ends_at_records(catalog, source.audience)
    extension = table if source.fields_table else None
    return MembersReader(events, source, account, members, extension, further, needs_records)


def ends_at_records(catalog: Catalog, audience: str | None) -> bool:
    """Tell whether an audience ends alone at records of people that streams read, and makes no new ones."""
    ends = catalog.for_audience(audience) if audience is not None else ()
    read = objects_of_people(catalog)
    return bool(ends) and all(
        one.options.get("create", "never") == "never"
        and {*(one.options.get("objects") or PEOPLE)} <= read.get(one.connector, set())
        for one in ends
    )
