"""How things stand now: what waits, how fast it may go, and who is there to send it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import redis
from sqlalchemy import Engine

from pipeline.lanes import limits
from pipeline.model.shard import SHARDS
from pipeline.operate.status import workers
from pipeline.operate.status.backlog import Backlog, read_backlogs
from pipeline.operate.status.open_letters import open_letters
from pipeline.operate.status.pace import Pace, paces
from pipeline.records.catalog import Catalog
from pipeline.records.kinds import ACTIONS
from pipeline.records.stops import Stop, in_the_way, stops
from pipeline.stores import redis_health as server
from pipeline.stores import sql_trouble as notes
from pipeline.stores.redis_health import Server


@dataclass(frozen=True)
class Intake:
    """What producers left and nobody has accepted yet."""

    shards: Mapping[int, int]  # entries of those that hold any
    claimed: int  # shards that a worker is at

    @property
    def waiting(self) -> int:
        """All entries."""
        return sum(self.shards.values())


@dataclass(frozen=True)
class Line:
    """One destination, with what stands in its way; a removed one has no audience and no connector."""

    name: str
    audience: str | None
    connector: str | None
    action: str | None
    state: str
    stops: tuple[Stop, ...]
    backlog: Backlog
    dead_letters: int
    drain: float | None = None  # seconds that its rows take at least, at the pace that is allowed now


@dataclass(frozen=True)
class Status:
    """Everything, at one moment."""

    at: datetime
    catalog: Catalog
    workers_seen: bool
    queues: Mapping[str, int]
    intake: Intake
    destinations: tuple[Line, ...]
    stops: tuple[Stop, ...]
    paces: tuple[Pace, ...]
    lost_letters: int  # open dead letters of no destination
    server: Server
    sql: str  # why a worker cannot write to the SQL store; "" when it can

    @property
    def waiting(self) -> int:
        """All rows that wait for any destination."""
        return sum(line.backlog.waiting for line in self.destinations)


def read(
    client: redis.Redis,
    engine: Engine,
    catalog: Catalog,
    *,
    window: float = limits.WINDOW,
    patience: float = workers.PATIENCE,
) -> Status:
    """Look at both stores; takes all of ``patience`` (seconds) when there is no worker to be seen."""
    letters = letters_by_destination(engine)
    found = read_backlogs(client, catalog.destinations)
    speeds = paces(client, catalog, window)
    names = [name for name in sorted({*found, *letters}) if name]
    lines = (
        replace(each, drain=drain(catalog, each, speeds, window))
        for each in (
            line(catalog, name, found.get(name, Backlog()), speeds, letters.get(name, 0)) for name in names
        )
    )
    return Status(
        at=datetime.now(UTC),
        catalog=catalog,
        workers_seen=workers.seen(client, patience),
        queues=workers.queued(client),
        intake=intake(client),
        destinations=tuple(each for each in lines if matters(each)),
        stops=tuple(stops(catalog)),
        paces=tuple(speeds),
        lost_letters=letters.get("", 0),
        server=server.read(client),
        sql=notes.read(client),
    )


def letters_by_destination(engine: Engine) -> dict[str, int]:
    """Count open dead letters by destination, whatever its connector was at the time."""
    counted: dict[str, int] = {}
    for where, amount in open_letters(engine).items():
        counted[where.destination] = counted.get(where.destination, 0) + amount
    return counted


def line(catalog: Catalog, name: str, backlog: Backlog, speeds: list[Pace], letters: int) -> Line:
    """Put together what is known of one destination."""
    destination = catalog.destinations.get(name)
    if destination is None:
        return Line(name, None, None, None, "removed", (), backlog, letters)
    stopped = tuple(in_the_way(catalog, destination))
    mine = [pace for pace in speeds if pace.connector == destination.connector]
    return Line(
        name=name,
        audience=destination.audience,
        connector=destination.connector,
        action=destination.action,
        state=state_of(stopped, backlog, mine),
        stops=stopped,
        backlog=backlog,
        dead_letters=letters,
    )


def drain(catalog: Catalog, line: Line, speeds: list[Pace], window: float) -> float | None:
    """Return the seconds in which all rows of a destination may go; None when it sends nothing."""
    destination = catalog.destinations.get(line.name)
    if destination is None or line.stops:
        return None
    way = (destination.connector, ACTIONS[destination.action].functions[0])
    calls = -(-line.backlog.waiting // destination.max_rows)
    mine = (pace for pace in speeds if (pace.connector, pace.function) == way)
    return max((calls * window / pace.now for pace in mine), default=None)


def state_of(stopped: tuple[Stop, ...], backlog: Backlog, speeds: list[Pace]) -> str:
    """Say in two words how a destination does."""
    if stopped:
        first = stopped[0]
        return first.kind if first.scope == "destination" else f"connector {first.kind}"
    if not backlog.waiting:
        return "idle"
    if any(pace.capacity or pace.paused for pace in speeds):
        return "throttled"
    return "sending" if backlog.flying else "waiting"


def matters(line: Line) -> bool:
    """Whether to speak of a destination: of removed ones, only when they left something behind."""
    return line.state != "removed" or bool(line.backlog.waiting or line.dead_letters)


def intake(client: redis.Redis) -> Intake:
    """Look at the intake."""
    with client.pipeline() as pipe:
        pipe.time()
        for shard in range(SHARDS):
            pipe.llen(f"intake:{shard}")
            pipe.hget(f"intake:{shard}:claim", "until")
        (seconds, _), *answers = pipe.execute()
    lengths, leases = answers[::2], answers[1::2]
    return Intake(
        shards={shard: length for shard, length in enumerate(lengths) if length},
        claimed=sum(lease is not None and float(lease) > seconds * 1000 for lease in leases),
    )
