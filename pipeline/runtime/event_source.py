"""Runs of sources of events: stored events of the account of a connector."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, select

from pipeline.errors import Held
from pipeline.model.source import EventsSource
from pipeline.records.catalog import Catalog
from pipeline.runtime.people_source import account_of
from pipeline.stores.database import reading
from pipeline.stores.event_tables import event_files
from pipeline.streams.event_lookup import EventLookup
from pipeline.streams.event_points import EventPoints, PointsCover
from pipeline.streams.event_reader import EventReader
from pipeline.streams.event_run import EventRun
from pipeline.streams.followers import Follower
from pipeline.streams.hook_reader import HookReader


def event_run(
    catalog: Catalog, source: EventsSource, events: Engine, follower: Follower, options: Mapping[str, Any]
) -> EventRun:
    """Prepare a run; raises Held if files are of several accounts, and the connector's is not known."""
    lookup = lookup_of(catalog, source, events, follower.fields)
    given = {"progress": options["progress"]} if "progress" in options else {}
    is_full = bool(options.get("full") or options.get("resend"))
    points = EventPoints(points_of(catalog, source), lookup.files)
    return EventRun(events, lookup, follower, points, full=is_full, **given)


def lookup_of(
    catalog: Catalog, source: EventsSource, events: Engine, fields: Sequence[str] = ()
) -> EventLookup:
    """Return the events of a source; ``fields``: variables that rules look at."""
    files = EventReader(source, file_account(catalog, source, events), fields)
    return EventLookup(events, files, HookReader(source, fields))


def file_account(catalog: Catalog, source: EventsSource, events: Engine) -> str:
    """Return the account in the names of a connector's files; "": events of all files are meant.

    Raises Held if files are of several accounts, and nothing tells which is the connector's.
    """
    connector = catalog.connectors[source.connector]
    account = account_of(catalog, connector, events)
    if getattr(connector, "account_id", None):
        return account  # its first file may still be to come
    with reading(events) as connection:
        named = set(connection.scalars(select(event_files.c.account).distinct()))
    if account and named and account not in named:
        raise Held(
            "connector",
            "ACCOUNT",
            f"event files are of the accounts {', '.join(sorted(named))}, and connectors of several: "
            f'nothing tells which of them is that of "{source.connector}": say it with its account_id',
        )
    return account


def points_of(catalog: Catalog, source: EventsSource) -> PointsCover:
    """Return the types of events that the scores of a source count, and the longest of their times."""
    scores = [rule.score for rule in catalog.rules.values() if rule.source == source.name and rule.score]
    words = {word for score in scores for word in score.points}
    meant = words & {*source.types} if source.types else words
    return PointsCover(tuple(sorted(meant)), max((score.within for score in scores), default=0))
