"""Status: rows that wait, the pace at which they may go, their stops, and the workers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import redis
from sqlalchemy import Engine

from pipeline.accept.stray_counts import KINDS, stray_counts
from pipeline.alerts.channel_documents import failing_channels
from pipeline.lanes import limits
from pipeline.lanes.backlog import read_backlogs
from pipeline.lanes.pace import Pace, read_paces
from pipeline.operate.consent_status import ConsentStatus
from pipeline.operate.open_questions import OpenQuestions
from pipeline.operate.status import workers
from pipeline.operate.status.day_counts import DayCount, read_day_counts
from pipeline.operate.status.destination_status import DestinationStatus, destination_statuses
from pipeline.operate.status.intake_status import IntakeStatus, read_intake
from pipeline.operate.status.open_letters import open_letters
from pipeline.operate.status.unknown_emails import UnknownEmails, read_unknown_emails
from pipeline.operate.status.unrouted import unrouted
from pipeline.records.catalog import Catalog
from pipeline.records.stops import Stop, stops
from pipeline.settle.left_out import left_out_since
from pipeline.settle.statistics import Where
from pipeline.settle.unknown_types import unknown_types_since
from pipeline.stores import duty_trouble, emptied, redis_health, schema_notes, sql_trouble
from pipeline.stores.duty_trouble import DutyTrouble
from pipeline.stores.redis_health import Server

if TYPE_CHECKING:  # `activation status` of installations without them starts without their modules
    from pipeline.operate.imports import ImportStatus
    from pipeline.operate.stream_status import StreamStatus

RECENT = timedelta(days=1)  # for which values left out and resolved letters are told


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
    sql: str  # why a worker cannot write to a SQL store, and to which; "" if it can
    emptied: datetime | None = None  # when Redis was last found empty
    duties: tuple[DutyTrouble, ...] = ()  # that a worker cannot do
    strays: Mapping[str, int] = field(default_factory=dict)  # messages that no task can run, by kind
    unrouted: Mapping[str, int] = field(default_factory=dict)  # messages in queues that no worker takes
    letters: Mapping[Where, int] = field(default_factory=dict)  # open dead letters
    failing_channels: Mapping[str, str] = field(default_factory=dict)  # of alerts, with the reason
    imports: tuple["ImportStatus", ...] = ()
    day_counts: tuple[DayCount, ...] = ()
    streams: tuple["StreamStatus", ...] = ()
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
    imports: Sequence["ImportStatus"] = (),
    streams: Sequence["StreamStatus"] = (),
    consents: Sequence[ConsentStatus] = (),
    questions: OpenQuestions | None = None,
) -> Status:
    """Read both stores; if no worker lives this takes all of ``patience`` (seconds)."""
    by_place = open_letters(engine)
    letters = by_destination(by_place)
    left_out = left_out_since(engine, RECENT)
    backlogs = read_backlogs(client, catalog.destinations)
    paces = read_paces(client, catalog, window)
    return Status(
        at=datetime.now(UTC),
        catalog=catalog,
        workers_seen=workers.seen(client, patience),
        queues=workers.queued(client),
        intake=read_intake(client),
        destinations=tuple(destination_statuses(catalog, backlogs, letters, left_out, paces)),
        stops=tuple(stops(catalog)),
        paces=tuple(paces),
        lost_letters=letters.get("", 0),
        server=redis_health.read(client),
        sql=sql_trouble.read(client),
        emptied=emptied.read(client),
        duties=tuple(duty_trouble.read(client)),
        strays=stray_counts(client),
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
