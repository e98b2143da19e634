"""Pausing: a connector or destination stops sending for a while; its rows are kept."""

from collections.abc import Sequence
from dataclasses import dataclass

import redis

from pipeline.event_files.import_schedule import duty_of, stops_of_import
from pipeline.event_files.run_turn import forget_failures
from pipeline.lanes.backlog import read_backlogs
from pipeline.lanes.limits import end_pause
from pipeline.operate.activity import Actor, note_alone
from pipeline.records import mirror
from pipeline.records.catalog import Catalog, Scope
from pipeline.records.kinds import kind_of
from pipeline.records.records import Records
from pipeline.records.stops import Stop, hold_of, stop_of, stops_of
from pipeline.stores.changeable import require_changeable


@dataclass(frozen=True)
class Paused:
    """The outcome of pausing or resuming: the stops that are in force now, and the rows that wait."""

    changed: bool
    rows_waiting: int
    stops: Sequence[Stop]
    before: Stop | None  # the pause or hold of the record itself
    refused_for: float = 0  # seconds for which calls would still have waited for the limit of their account


def pause_record(
    records: Records, client: redis.Redis, actor: Actor, scope: Scope, name: str, reason: str = ""
) -> Paused:
    """Stop sending for a record; a hold that is there stays as it is."""
    catalog = records.load()
    before = hold_of(catalog, scope, name)
    changed = before is None
    require_changeable(client)  # before anything changes
    if changed:
        records.hold(scope, name, "paused", "", reason)
        catalog = mirror.refresh(client, records)
        note_alone(records.engine, actor, f"{scope}.pause", f"{scope}:{name}", reason)
    return Paused(
        changed, rows_of(client, catalog, scope, name), stops_in_force(catalog, scope, name), before
    )


def resume_record(records: Records, client: redis.Redis, actor: Actor, scope: Scope, name: str) -> Paused:
    """Send again for a record that was paused or held, and by a connector that its account puts off."""
    catalog = records.load()
    before = hold_of(catalog, scope, name)
    require_changeable(client)
    released = records.release(scope, name)
    refused_for = end_pauses(client, catalog, name) if scope == "connector" else 0
    changed = released or refused_for > 0
    if scope == "import":
        try_again(records, client, name)
    catalog = mirror.refresh(client, records)
    if changed:
        note_alone(records.engine, actor, f"{scope}.resume", f"{scope}:{name}")
    waiting, stops = rows_of(client, catalog, scope, name), stops_in_force(catalog, scope, name)
    return Paused(changed, waiting, stops, before, refused_for)


def end_pauses(client: redis.Redis, catalog: Catalog, name: str) -> float:
    """Let calls go that an account put off, as for an hour when those of the day are used.

    Returns the seconds that were left. If they are refused again, they are put off again.
    """
    connector = catalog.connectors[name]
    used = {
        function
        for one in catalog.destinations.values()
        if one.connector == name
        for function in catalog.functions_of(one)
    }
    functions = used | {*kind_of(connector).default_limits}
    return max((end_pause(client, connector.account, function) for function in functions), default=0.0)


def try_again(records: Records, client: redis.Redis, name: str) -> None:
    """Let a worker run an import now; ten hours of failures begin anew."""
    forget_failures(records.engine, name)
    client.delete(f"turn:{duty_of(records.load().imports[name])}")


def stops_in_force(catalog: Catalog, scope: Scope, name: str) -> list[Stop]:
    """Return all that stops a record: its own stop, and that of its connector."""
    if scope == "destination":
        return stops_of(catalog, catalog.destinations[name])
    if scope == "import":
        return stops_of_import(catalog, catalog.imports[name])
    stop = stop_of(catalog, scope, name)
    return [stop] if stop else []


def rows_of(client: redis.Redis, catalog: Catalog, scope: Scope, name: str) -> int:
    """Count the rows that wait for a record; an import has none."""
    if scope == "import":
        return 0
    names = [
        destination.name
        for destination in catalog.destinations.values()
        if name == (destination.name if scope == "destination" else destination.connector)
    ]
    backlogs = read_backlogs(client, names)
    return sum(backlogs[one].waiting for one in names)
