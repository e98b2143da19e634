"""Erase rows that wait in lanes, are parked, or lie in a batch that no worker has."""

from collections.abc import Iterator
from itertools import chain

import redis
from sqlalchemy import Engine

from pipeline.deliver.progress import Progress
from pipeline.lanes.batch import Batch
from pipeline.lanes.lanes import Lanes
from pipeline.lanes.row import read_row
from pipeline.operate.erasure.found import Found
from pipeline.settle import ledger
from pipeline.stores.broker import decoded
from pipeline.stores.scripts import Argument, Scripts

SCANNED = 1_000  # rows in one request
PARKED_ROWS = 500  # in one run of the script


def erase(client: redis.Redis, engine: Engine, profile: str, found: Found, *, only_count: bool) -> None:
    """Take a profile's rows out of all destinations; if its call may be out, a row stays."""
    for destination in sorted(map(decoded, client.smembers("destinations"))):
        if not erase_waiting(client, destination, profile, found, only_count=only_count):
            continue
        if only_count:
            found.add("batches", 1, destination)
        elif in_batches(client, engine, destination, profile):
            found.add("batches", 1, destination)
            erase_waiting(
                client, destination, profile, found, only_count=False
            )  # rows that came in meanwhile
        else:
            found.not_erased.append(f'a row for destination "{destination}" is in flight')


def erase_waiting(
    client: redis.Redis, destination: str, profile: str, found: Found, *, only_count: bool
) -> bool:
    """Erase the rows that wait for one destination; True when one is in flight."""
    flying = False
    for line in ("", *lines_of(client, destination, profile)):
        flying |= waiting_in(client, destination, profile, line, found, only_count=only_count)
    return flying


def waiting_in(
    client: redis.Redis, destination: str, profile: str, line: str, found: Found, *, only_count: bool
) -> bool:
    """Erase the rows that wait in one line, "" for that of states; True when one is in flight."""
    scripts, more, flying = Scripts(client), True, False
    while more:
        args: list[Argument] = [destination, profile, PARKED_ROWS, int(only_count), line]
        rows, more, flying, marks = scripts.run("erase_rows", args=args)
        found.add("lanes", rows, destination)
        found.add("marks", marks, destination)
    return bool(flying)


def lines_of(client: redis.Redis, destination: str, profile: str) -> list[str]:
    """Name the lines in which occurrences of a profile wait.

    Lines of occurrences are named after recipients, so all rows of the destination are looked at. A row is
    read only if its text has the profile in it, or writes any character by an escape.
    """
    first = entries_with(client, "HSCAN", f"rows:{destination}", profile)
    parked = (
        (member.split(b"\0", 1)[0], member.rsplit(b"\0", 1)[1])
        for member, _ in entries_with(client, "ZSCAN", f"parked:{destination}", profile)
    )
    lines = {
        decoded(line)
        for line, row in chain(first, parked)
        if row.startswith(b"{") and is_of(profile, line, row)
    }
    return sorted(lines - {profile})


def entries_with(client: redis.Redis, command: str, key: str, profile: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield the entries of a key that may name a profile, each with its value or score.

    A script searches them in Redis: fetching a million rows takes 1 s of this process's CPU.
    """
    scripts, cursor = Scripts(client), b"0"
    while True:
        args: list[Argument] = [command, key, cursor, SCANNED, profile]
        cursor, found = scripts.run("find_rows", args=args)
        yield from zip(found[::2], found[1::2], strict=True)
        if int(cursor) == 0:
            return


def is_of(profile: str, line: bytes, row: bytes) -> bool:
    """Tell whether a row is of a profile; a row that cannot be read has its line's name alone."""
    return read_row(line, row).activation.profile_id == profile


def in_batches(client: redis.Redis, engine: Engine, destination: str, profile: str) -> bool:
    """Take a profile's rows out of their batches; False when a worker has one."""
    lanes, taken = Lanes(client), []
    for name in batches(client, destination):
        opened = lanes.read_batch(name)
        if opened is None:
            continue
        batch, rows = opened
        positions = [n for n, (line, row) in enumerate(rows) if is_of(profile, line, row)]
        if positions:
            taken.append(not is_settled(lanes, engine, batch) and take_out(client, batch, positions[0]))
    return bool(taken) and all(taken)


def take_out(client: redis.Redis, batch: Batch, position: int) -> bool:
    """Take a row out of a batch; False when a worker has it."""
    progress = Progress.loads(batch.progress).without(position).dumps()
    line = Lanes(client).line(batch, position)
    args: list[Argument] = [batch.id, batch.attempt, line, progress]
    return bool(Scripts(client).run("erase_member", args=args))


def is_settled(lanes: Lanes, engine: Engine, batch: Batch) -> bool:
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
