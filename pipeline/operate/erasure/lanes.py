"""Erase rows that wait in lanes, are parked, or lie in a batch that no worker has."""

from collections.abc import Iterator

import redis
from sqlalchemy import Engine

from pipeline.deliver.progress import Progress
from pipeline.lanes.batch import Batch
from pipeline.lanes.lanes import Lanes
from pipeline.operate.erasure.found import Found
from pipeline.settle import ledger
from pipeline.stores.broker import decoded
from pipeline.stores.scripts import Argument, Scripts

PARKED_ROWS = 500  # in one run of the script


def erase(client: redis.Redis, engine: Engine, profile: str, found: Found, *, only_count: bool) -> None:
    """Take a profile's rows out of all destinations; a row whose call may be out stays."""
    for destination in sorted(map(decoded, client.smembers("destinations"))):
        if not waiting(client, destination, profile, found, only_count=only_count):
            continue
        if only_count:
            found.add("batches", 1, destination)
        elif in_batches(client, engine, destination, profile):
            found.add("batches", 1, destination)
            waiting(client, destination, profile, found, only_count=False)  # rows that came in meanwhile
        else:
            found.not_erased.append(f'a row for destination "{destination}" is in flight')


def waiting(client: redis.Redis, destination: str, profile: str, found: Found, *, only_count: bool) -> bool:
    """Erase the rows that wait for one destination; True when one is in flight."""
    scripts, more = Scripts(client), True
    while more:
        args: list[Argument] = [destination, profile, PARKED_ROWS, int(only_count)]
        rows, more, flying, marks = scripts.run("erase_rows", args=args)
        found.add("lanes", rows, destination)
        found.add("marks", marks, destination)
    return bool(flying)


def in_batches(client: redis.Redis, engine: Engine, destination: str, profile: str) -> bool:
    """Take a profile's row out of its batch; False when a worker has it."""
    lanes, scripts = Lanes(client), Scripts(client)
    for name in batches(client, destination):
        opened = lanes.read_batch(name)
        if opened is None:
            continue
        batch, rows = opened
        members = [member for member, _ in rows]
        if profile in members and not settled(lanes, engine, batch):
            progress = Progress.loads(batch.progress).without(members.index(profile)).dumps()
            args: list[Argument] = [batch.id, batch.attempt, profile, progress]
            return bool(scripts.run("erase_member", args=args))
    return False


def settled(lanes: Lanes, engine: Engine, batch: Batch) -> bool:
    """Tell whether the ledger has the outcome of a batch; one that waits is settled now."""
    recorded = ledger.find(engine, batch.id)
    if recorded is not None and batch.state == "waiting":
        lanes.settle(batch, recorded)
    return recorded is not None


def batches(client: redis.Redis, destination: str) -> Iterator[str]:
    """Name the batches of a destination."""
    ways = [decoded(way).partition(":")[::2] for way in client.smembers("ways")]
    keys = {f"{kind}:{connector}" for connector, _ in ways for kind in ("flying", "polls")}
    keys |= {f"retry:{connector}:{function}" for connector, function in ways}
    with client.pipeline(transaction=False) as pipe:
        for key in sorted(keys):
            pipe.zrange(key, 0, -1)
        names = sorted({decoded(name) for names in pipe.execute() for name in names})
        for name in names:
            pipe.hget(f"batch:{name}", "destination")
        owners = pipe.execute()
    yield from (name for name, owner in zip(names, owners, strict=True) if owner == destination.encode())
