"""Outcomes: the fate of every row, one compressed value for each batch, beside its record in the ledger.

The value is zlib over MessagePack: ``[[profile, ...], [call type, ...], [code, ...]]`` by the position of the
row. A call type is the index in CALL_TYPES, a code "" for a row that was delivered, UNCHANGED
for one that was so already, None for one given back.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import msgpack
from sqlalchemy import Connection, Engine, func, or_, select, update

from pipeline.model.destination import CALL_TYPES
from pipeline.settle.dead_letters import letter_id
from pipeline.settle.email_record import erase_emails
from pipeline.settle.row_prints import may_hold, prints_of
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import batches

LEVEL = 1  # of compression: the next ones save a tenth and take twice as long
WINDOW_BITS, MEMORY = 12, 5  # of zlib: 4 KiB, as much as a batch takes
CODE_OF = {name: index for index, name in enumerate(CALL_TYPES)}
UNCHANGED = "unchanged"  # in place of a code: the row was so already
ERASED = ""  # in place of a profile that was erased
BATCHES_AT_ONCE = 500
FORGOTTEN = {"outcomes": None, "prints": None, "emails": None}

Columns = tuple[list[str], list[int], list[str | None]]


@dataclass(frozen=True)
class RowOutcome:
    """One row of a batch; ``code`` None: delivered, UNCHANGED: it was so already."""

    profile_id: str
    call_type: str
    code: str | None
    position: int

    @property
    def verdict(self) -> str:
        """The code of its rejection, "delivered" or UNCHANGED."""
        return self.code or "delivered"

    def dead_letter(self, batch: str) -> str | None:
        """Return the id of its dead letter, None if it was delivered or unchanged."""
        return None if self.code in (None, UNCHANGED) else letter_id(batch, str(self.position))


def pack(profiles: Sequence[str], call_types: Sequence[str], code_of: Mapping[int, str | None]) -> bytes:
    """Return the value for a batch; ``code_of``: the codes that are not "", by position.

    More memory than this for the encoder takes longer to make ready than to use.
    """
    codes: list[str | None] = [""] * len(profiles)
    for position, code in code_of.items():
        codes[position] = code
    columns = (profiles, [CODE_OF[name] for name in call_types], codes)
    encoder = zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW_BITS, MEMORY)
    return encoder.compress(msgpack.encode(columns)) + encoder.flush()


def unpack(value: bytes) -> list[RowOutcome]:
    """Return the rows of a batch that were settled with it and not erased."""
    profiles, call_types, codes = columns_of(value)
    return [
        RowOutcome(profile, CALL_TYPES[call_type], code or None, position)
        for position, (profile, call_type, code) in enumerate(zip(profiles, call_types, codes, strict=True))
        if code is not None and profile != ERASED
    ]


def columns_of(value: bytes) -> Columns:
    """Decode a value."""
    columns: Columns = msgpack.decode(zlib.decompress(value), type=Columns)
    return columns


def batches_of(
    connection: Connection, profile: str, before: tuple[datetime, str] | None = None
) -> Iterator[tuple[str, datetime, str, str, bytes]]:
    """Give the batches that hold a profile, newest first: id, time, destination, connector and value.

    ``before``: time and id of the last batch that was read.
    """
    needle = msgpack.encode(profile)
    while True:
        page = page_of_batches(connection, profile, before)
        for row in page:
            if needle in zlib.decompress(row.outcomes):
                yield row.id, row.finished_at, row.destination, row.connector, row.outcomes
        if len(page) < BATCHES_AT_ONCE:
            return
        before = (page[-1].finished_at, page[-1].id)


def page_of_batches(
    connection: Connection, profile: str, before: tuple[datetime, str] | None
) -> Sequence[Any]:
    """Return the batches with outcomes that may hold a profile and come before another, newest first."""
    wanted = select(
        batches.c.id, batches.c.finished_at, batches.c.destination, batches.c.connector, batches.c.outcomes
    ).where(batches.c.outcomes.is_not(None), may_hold(connection, profile))
    if before is not None:
        at, identity = before
        older = or_(batches.c.finished_at < at, batches.c.id < identity)
        wanted = wanted.where(batches.c.finished_at <= at, older)
    ordered = wanted.order_by(batches.c.finished_at.desc(), batches.c.id.desc())
    return connection.execute(ordered.limit(BATCHES_AT_ONCE)).all()


def kept_since(engine: Engine) -> datetime | None:
    """Return the time of the oldest batch with kept outcomes; None without any."""
    with reading(engine) as connection:
        oldest = select(func.min(batches.c.finished_at)).where(batches.c.outcomes.is_not(None))
        found: datetime | None = connection.scalar(oldest)
        return found


def count_outcomes(engine: Engine, profile: str) -> dict[str, int]:
    """Count the outcomes of a profile by destination."""
    counted: dict[str, int] = {}
    with reading(engine) as connection:
        for _, _, destination, _, value in batches_of(connection, profile):
            found = sum(row.profile_id == profile for row in unpack(value))
            if found:
                counted[destination] = counted.get(destination, 0) + found
    return counted


def erase_outcomes(engine: Engine, profile: str) -> dict[str, int]:
    """Take a profile out of all outcomes; return how many it had, by destination."""
    counted: dict[str, int] = {}
    with engine.begin() as connection:
        for identity, _, destination, _, value in list(batches_of(connection, profile)):
            profiles, call_types, codes = columns_of(value)
            found = profiles.count(profile)
            if found:
                kept = [ERASED if one == profile else one for one in profiles]
                whole = pack(kept, [CALL_TYPES[n] for n in call_types], dict(enumerate(codes)))
                packed = {"outcomes": whole, "prints": prints_of(kept)}
                connection.execute(update(batches).where(batches.c.id == identity).values(packed))
                erase_emails(connection, identity, [n for n, one in enumerate(profiles) if one == profile])
                counted[destination] = counted.get(destination, 0) + found
    return counted


def forget_outcomes(engine: Engine, keep: timedelta) -> int:
    """Delete outcomes older than ``keep``; the records of their batches stay. Returns how many batches."""
    old = batches.c.finished_at < datetime.now(UTC) - keep
    some = select(batches.c.id).where(old, batches.c.outcomes.is_not(None)).limit(BATCHES_AT_ONCE)
    with engine.begin() as connection:
        ids = list(connection.scalars(some))
        connection.execute(update(batches).where(batches.c.id.in_(ids)).values(FORGOTTEN))
    return len(ids)
