"""Status: rows that wait, the pace at which they may go, their stops, and the workers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import redis
from sqlalchemy import Engine

from pipeline.accept.strays import KINDS, Strays
from pipeline.alerts.documents import failing_channels
from pipeline.lanes import limits
from pipeline.lanes.backlog import Backlog, read_backlogs
from pipeline.lanes.pace import Pace, read_paces
from pipeline.model.destination import Destination
from pipeline.model.shard import SHARDS
from pipeline.operate.consent_status import ConsentStatus
from pipeline.operate.imports import ImportStatus
from pipeline.operate.open_questions import OpenQuestions
from pipeline.operate.status import workers
from pipeline.operate.status.day_counts import DayCount, read_day_counts
from pipeline.operate.status.open_letters import open_letters
from pipeline.operate.status.stuck_shards import CLAIM_FIELDS, StuckShard, stuck_shards
from pipeline.operate.status.unknown_emails import UnknownEmails, read_unknown_emails
from pipeline.operate.status.unrouted import unrouted
from pipeline.operate.stream_status import StreamStatus
from pipeline.records.catalog import Catalog
from pipeline.records.stops import Stop, stops, stops_of
from pipeline.settle.left_out import left_out_since
from pipeline.settle.statistics import Where
from pipeline.settle.unknown_types import unknown_types_since
from pipeline.stores import duty_trouble, emptied, redis_health, schema_notes, sql_trouble
from pipeline.stores.duty_trouble import DutyTrouble
from pipeline.stores.redis_health import Server
from pipeline.text.labels import labelled

RECENT = timedelta(days=1)  # for which values left out and resolved letters are told


@dataclass(frozen=True)
class IntakeStatus:
    """Entries that producers appended and no worker has accepted yet."""

    shards: Mapping[int, int]  # entries of each shard that holds any
    claimed: int  # shards that a worker has claimed
    stuck: tuple[StuckShard, ...] = ()

    @property
    def waiting(self) -> int:
        """Entries of all shards."""
        return sum(self.shards.values())


@dataclass(frozen=True)
class DestinationStatus:
    """One destination; a removed one has no audience, no connector and no action."""

    name: str
    audience: str | None
    connector: str | None
    action: str | None
    state: str  # sending, waiting, idle, throttled, paused, held, connector paused, ..., removed
    stops: tuple[Stop, ...]
    backlog: Backlog
    dead_letters: int  # open ones
    label: str | None = None
    description: str | None = None
    journey: bool = False  # whether the audience is one
    left_out: Mapping[str, int] = field(default_factory=dict)  # values of the last day, by column
    drain: float | None = (
        None  # seconds that its rows take at least, at the present pace; None: it is stopped
    )

    @property
    def record(self) -> str:
        """Name the destination with its label."""
        return labelled(f'destination "{self.name}"', self.label)


@dataclass(frozen=True)
class Status:
    """Both stores at one moment."""

    at: datetime
    catalog: Catalog
    workers_seen: bool
    queues: Mapping[str, int]
    intake: IntakeStatus
    destinations: tuple[DestinationStatus, ...]
    stops: tuple[Stop, ...]
    paces: tuple[Pace, ...]
    lost_letters: int  # open dead letters of no destination
    server: Server
    sql: str  # why a worker cannot write to the SQL store; "" if it can
    emptied: datetime | None = None  # when Redis was last found empty
    duties: tuple[DutyTrouble, ...] = ()  # that a worker cannot do
    strays: Mapping[str, int] = field(default_factory=dict)  # messages that no task can run, by kind
    unrouted: Mapping[str, int] = field(default_factory=dict)  # messages in queues that no worker takes
    letters: Mapping[Where, int] = field(default_factory=dict)  # open dead letters
    failing_channels: Mapping[str, str] = field(default_factory=dict)  # of alerts, with the reason
    imports: tuple[ImportStatus, ...] = ()
    day_counts: tuple[DayCount, ...] = ()
    streams: tuple[StreamStatus, ...] = ()
    schema_problems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by connector
    consents: tuple[ConsentStatus, ...] = ()
    questions: OpenQuestions = field(default_factory=OpenQuestions)
    emails: UnknownEmails = field(default_factory=UnknownEmails)
    unknown_types: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # of webhooks; by connector

    @property
    def messages(self) -> Mapping[str, int]:
        """Messages that cannot run, by kind."""
        return {**dict.fromkeys(KINDS, 0), **self.strays, "unrouted": sum(self.unrouted.values())}

    @property
    def waiting(self) -> int:
        """Rows that wait for any destination."""
        return sum(line.backlog.waiting for line in self.destinations)


def read_status(
    client: redis.Redis,
    engine: Engine,
    catalog: Catalog,
    *,
    window: float = limits.WINDOW,
    patience: float = workers.PATIENCE,
    imports: Sequence[ImportStatus] = (),
    streams: Sequence[StreamStatus] = (),
    consents: Sequence[ConsentStatus] = (),
    questions: OpenQuestions | None = None,
) -> Status:
    """Read both stores; if no worker lives this takes all of ``patience`` (seconds)."""
    by_place = open_letters(engine)
    letters = by_destination(by_place)
    left_out = left_out_since(engine, RECENT)
    backlogs = read_backlogs(client, catalog.destinations)
    paces = read_paces(client, catalog, window)
    destinations = [
        replace(
            destination_status(catalog, name, backlogs.get(name, Backlog()), letters.get(name, 0), paces),
            left_out=left_out.get(name, {}),
        )
        for name in sorted({*backlogs, *letters} - {""})
    ]
    return Status(
        at=datetime.now(UTC),
        catalog=catalog,
        workers_seen=workers.seen(client, patience),
        queues=workers.queued(client),
        intake=read_intake(client),
        destinations=tuple(filter(is_worth_showing, destinations)),
        stops=tuple(stops(catalog)),
        paces=tuple(paces),
        lost_letters=letters.get("", 0),
        server=redis_health.read(client),
        sql=sql_trouble.read(client),
        emptied=emptied.read(client),
        duties=tuple(duty_trouble.read(client)),
        strays=Strays(client).counts(),
        unrouted=unrouted(client),
        letters=by_place,
        failing_channels=failing_channels(engine, catalog),
        imports=tuple(imports),
        streams=tuple(streams),
        schema_problems=schema_notes.problems_of(client, catalog.connectors),
        consents=tuple(consents),
        questions=questions or OpenQuestions(),
        emails=read_unknown_emails(engine, RECENT),
        unknown_types=unknown_types_since(engine, RECENT),
        day_counts=tuple(read_day_counts(client, catalog, backlogs, window)),
    )


def by_destination(letters: Mapping[Where, int]) -> dict[str, int]:
    """Add open dead letters up by destination, under all connectors that it ever had."""
    counted: dict[str, int] = {}
    for place, amount in letters.items():
        counted[place.destination] = counted.get(place.destination, 0) + amount
    return counted


def destination_status(
    catalog: Catalog, name: str, backlog: Backlog, letters: int, paces: Sequence[Pace]
) -> DestinationStatus:
    """Put together the numbers of one destination; ``letters``: its open dead letters."""
    destination = catalog.destinations.get(name)
    if destination is None:
        return DestinationStatus(name, None, None, None, "removed", (), backlog, letters)
    stopped = tuple(stops_of(catalog, destination))
    of_connector = [pace for pace in paces if pace.connector == destination.connector]
    return DestinationStatus(
        name=name,
        audience=destination.audience,
        connector=destination.connector,
        action=destination.action,
        state=state_of(stopped, backlog, of_connector),
        stops=stopped,
        backlog=backlog,
        dead_letters=letters,
        label=destination.label,
        description=destination.description,
        journey=destination.journey is not None,
        drain=None if stopped else drain_seconds(catalog, destination, backlog, of_connector),
    )


def drain_seconds(
    catalog: Catalog, destination: Destination, backlog: Backlog, paces: Sequence[Pace]
) -> float | None:
    """Return the seconds that a destination's rows take at least; ``paces``: those of its connector."""
    function = catalog.functions_of(destination)[0]
    calls = -(-backlog.waiting // destination.max_rows)
    paces_now = [
        (pace.window, pace.now_for(destination.priority)) for pace in paces if pace.function == function
    ]
    return max((calls * window / now for window, now in paces_now if now), default=None)


def state_of(stopped: tuple[Stop, ...], backlog: Backlog, paces: Sequence[Pace]) -> str:
    """Name the state of a destination in a word or two."""
    if stopped:
        first = stopped[0]
        return first.kind if first.scope == "destination" else f"connector {first.kind}"
    if not backlog.waiting:
        return "idle"
    if any(pace.capacity or pace.paused for pace in paces):
        return "throttled"
    return "sending" if backlog.flying else "waiting"


def is_worth_showing(line: DestinationStatus) -> bool:
    """Leave out a removed destination that has neither rows nor dead letters."""
    return line.state != "removed" or bool(line.backlog.waiting or line.dead_letters)


def read_intake(client: redis.Redis) -> IntakeStatus:
    """Count the entries of each shard, and the claims under a lease; find shards that stand still."""
    with client.pipeline() as pipe:
        pipe.time()
        for shard in range(SHARDS):
            pipe.llen(f"intake:{shard}")
            pipe.hmget(f"intake:{shard}:claim", *CLAIM_FIELDS)
        (seconds, _), *answers = pipe.execute()
    lengths, claims = answers[::2], answers[1::2]
    return IntakeStatus(
        shards={shard: length for shard, length in enumerate(lengths) if length},
        claimed=sum(lease is not None and float(lease) > seconds * 1000 for lease, *_ in claims),
        stuck=stuck_shards(lengths, claims, seconds),
    )
