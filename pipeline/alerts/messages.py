"""Messages about alerts, each to one channel: rows first, sent afterwards by any process.

Table ``alert_messages``. A process claims a message for ``LEASE``, tries once and writes its fate; if it dies
meanwhile, another one tries again under the same id. Messages of one alert go to a channel in order, and a
channel gets one message at a time, so a slow channel holds up one thread at most.

::

    waiting ──claim──► waiting, leased ──2xx──► delivered
       ▲                    │  └──── the fifth try failed ────► failed
       └── after a pause ───┘
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, exists, or_, select, update

from pipeline.stores.alert_tables import alert_messages as table
from pipeline.stores.database import reading

LEASE = timedelta(seconds=60)  # longer than any try
PAUSES = (10, 60, 300, 1_800)  # seconds before each further try
MOST_AT_ONCE = 100  # messages that one look takes up


@dataclass(frozen=True)
class Message:
    """One message that this process tries to deliver."""

    id: str
    channel: str
    type: str
    body: str
    attempts: int  # this one among them
    lease: datetime


@dataclass(frozen=True)
class DueMessage:
    """A message that is to be sent now."""

    id: str
    channel: str
    due_at: datetime
    rung: bool  # a worker was told


def write_message(
    connection: Connection, *, identity: str, channel: str, kind: str, alert: str, body: str, now: datetime
) -> None:
    """Write a message that is due at once; ``alert``: its rule and subject."""
    values = {
        "id": identity,
        "channel": channel,
        "type": kind,
        "alert": alert,
        "body": body,
        "state": "waiting",
    }
    times = {"created_at": now, "due_at": now, "attempts": 0, "rung": False, "detail": ""}
    connection.execute(table.insert().values({**values, **times}))


def due(engine: Engine, now: datetime | None = None) -> Sequence[DueMessage]:
    """Return the messages that may be tried now, the oldest first."""
    now = now or datetime.now(UTC)
    columns = (table.c.id, table.c.channel, table.c.due_at, table.c.rung)
    statement = select(*columns).where(may_go(now)).order_by(table.c.due_at, table.c.created_at)
    with reading(engine) as connection:
        return [DueMessage(*row) for row in connection.execute(statement.limit(MOST_AT_ONCE))]


def note_rung(engine: Engine, message: str) -> bool:
    """Note that a worker is told of this try; False if another process noted it."""
    rung = update(table).where(table.c.id == message, table.c.rung.is_(False)).values(rung=True)
    with engine.begin() as connection:
        return bool(connection.execute(rung).rowcount)


def claim(engine: Engine, message: str, now: datetime | None = None) -> Message | None:
    """Take a message for one try; None if it is not due, or its channel is busy."""
    now = now or datetime.now(UTC)
    taken = update(table).where(table.c.id == message, may_go(now))
    values = {"lease": now + LEASE, "attempts": table.c.attempts + 1}
    columns = (table.c.id, table.c.channel, table.c.type, table.c.body, table.c.attempts, table.c.lease)
    with engine.begin() as connection:
        row = connection.execute(taken.values(values).returning(*columns)).one_or_none()
    return None if row is None else Message(*row)


def may_go(now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition for messages that are due, the first of their alert, and to a free channel."""
    other = table.alias("other")
    to_same = and_(other.c.channel == table.c.channel, other.c.state == "waiting", other.c.id != table.c.id)
    busy = exists().where(to_same, other.c.lease > now)
    earlier = exists().where(to_same, other.c.alert == table.c.alert, other.c.created_at < table.c.created_at)
    free = or_(table.c.lease.is_(None), table.c.lease <= now)
    return and_(table.c.state == "waiting", table.c.due_at <= now, free, ~busy, ~earlier)


def note_delivered(engine: Engine, message: Message, now: datetime | None = None) -> None:
    """Note that a channel took a message; further messages to this channel are due now."""
    now = now or datetime.now(UTC)
    with engine.begin() as connection:
        if settle_message(connection, message, state="delivered", settled_at=now, detail=""):
            waiting = and_(table.c.channel == message.channel, table.c.state == "waiting")
            connection.execute(update(table).where(waiting).values(due_at=now, rung=False))


def note_failed(engine: Engine, message: Message, why: str, now: datetime | None = None) -> None:
    """Note that a try failed; after the last one the message is given up."""
    now = now or datetime.now(UTC)
    if message.attempts > len(PAUSES):
        give_up(engine, message, why, now)
        return
    next_try = now + timedelta(seconds=PAUSES[message.attempts - 1])
    with engine.begin() as connection:
        settle_message(connection, message, detail=why, due_at=next_try, rung=False)


def give_up(engine: Engine, message: Message, why: str, now: datetime | None = None) -> None:
    """Note that a try failed and that there is no further one."""
    with engine.begin() as connection:
        settle_message(connection, message, state="failed", settled_at=now or datetime.now(UTC), detail=why)


def begin_test(engine: Engine, identity: str, channel: str, body: str, now: datetime) -> Message:
    """Write a test message that its writer has claimed."""
    message = Message(identity, channel, "alert.test", body, 1, now + LEASE)
    with engine.begin() as connection:
        write_message(
            connection,
            identity=identity,
            channel=channel,
            kind=message.type,
            alert=identity,
            body=body,
            now=now,
        )
        own = table.c.id == identity
        connection.execute(update(table).where(own).values(lease=message.lease, attempts=1))
    return message


def settle_message(connection: Connection, message: Message, **values: Any) -> bool:
    """Write the fate of a try; False if the lease ended and another process took the message."""
    own = and_(table.c.id == message.id, table.c.lease == message.lease)
    return bool(connection.execute(update(table).where(own).values(lease=None, **values)).rowcount)
