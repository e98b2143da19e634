"""Builders for tests of lanes, dispatch and delivery."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pipeline.accept.accept_counts import AcceptCounts
from pipeline.accept.intake import Intake
from pipeline.accept.routes import ADD, RoutedLane, Routes
from pipeline.lanes.batch import Batch, profile_and_text
from pipeline.lanes.lanes import Lanes
from pipeline.lanes.quota import Quota
from pipeline.records import mirror
from pipeline.records.catalog import Catalog
from pipeline.records.mirror import DestinationSettings
from pipeline.stores.scripts import Scripts

QUOTA = Quota("acme", "triggerCustomEvent", "account", limit=60_000, utilisation=1.0)
LANE = "lapsed/all"


class Newest:
    """A catalog that is always the newest."""

    def __init__(self, load: Callable[[], Catalog]) -> None:
        self.newest = load

    def __call__(self) -> Catalog:
        """Return it."""
        return self.newest()


def configure(
    client: Any,
    name: str = "lapsed",
    *,
    connector: str = "acme",
    max_rows: int = 200,
    max_age: float = 600,
    stopped: str = "",
    priority: str = "",
) -> None:
    """Write a destination, as `activation apply` does."""
    functions = ["triggerCustomEvent"]
    settings = DestinationSettings(
        name, connector, functions, 1, max_rows, max_age, stopped, priority=priority
    )
    mirror.configure(Scripts(client), settings)


def add(client: Any, *profiles: str, lane: str = LANE) -> AcceptCounts | None:
    """Put one row per profile into a lane, by way of the intake; rows say how many there were before."""
    entries = [json.dumps({"profile_id": profile, "n": n}) for n, profile in enumerate(profiles)]
    client.rpush("intake:0", *entries)
    intake = Intake(client, window=86400)
    claim = intake.claim(0)
    assert claim is not None
    routes = Routes(len(profiles))
    for index, profile in enumerate(profiles):
        routes.put(index, profile, (RoutedLane(ADD, lane),))
    return intake.accept(claim, routes)


def add_rows(client: Any, rows: Sequence[tuple[str, bytes]], lane: str = LANE) -> None:
    """Put rows, as (profile, text), into a lane by way of the intake."""
    client.rpush("intake:0", *[text for _, text in rows])
    intake = Intake(client, window=86400)
    claim = intake.claim(0)
    assert claim is not None
    routes = Routes(len(rows))
    for index, (profile, _) in enumerate(rows):
        routes.put(index, profile, (RoutedLane(ADD, lane),))
    intake.accept(claim, routes)


def cut(lanes: Lanes, quota: Quota = QUOTA) -> Batch:
    """Claim a batch that must be there."""
    claimed = lanes.claim(quota)
    assert isinstance(claimed, tuple), claimed
    batch = lanes.batch(claimed[0])
    assert batch is not None
    return batch


def begin(lanes: Lanes, batch: Batch) -> list[tuple[str, bytes]]:
    """Begin the call of a batch, and return the rows it may carry."""
    found = lanes.read_batch(batch.id)
    return texts_of(found[1]) if lanes.begin(batch) and found else []


def texts_of(rows: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, bytes]]:
    """Return the profile of each row of a batch, and its JSON."""
    return [profile_and_text(line, row) for line, row in rows]


def profiles(lanes: Lanes, quota: Quota = QUOTA) -> list[str]:
    """Claim, begin and settle a batch; return the profiles it held."""
    batch = cut(lanes, quota)
    found = [profile for profile, _ in begin(lanes, batch)]
    assert lanes.settle(batch)
    return found


def first_profiles(client: Any, destination: str = "lapsed") -> list[bytes]:
    """Return the profiles of the rows that are first in their lines, in the order of Redis."""
    rows = client.hgetall(f"rows:{destination}")
    return [
        str(json.loads(row.rpartition(b"\0")[2]).get("profile_id", line.decode())).encode()
        for line, row in rows.items()
    ]
