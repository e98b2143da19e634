"""Rows that will not be sent again without a person's decision."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Engine, and_, cast, func, select

from pipeline.settle import statistics as stats
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import dead_letters as table
from pipeline.stores.outcome_tables import open_letters
from pipeline.stores.upsert import new_rows
from pipeline.text.escapes import storable

MAX_KEPT = 4 * 2**20  # characters of a row that a letter keeps if its whole cannot be stored
SETTLED = ("replayed", "dropped", "resolved")  # the states of a letter that is no longer open


@dataclass(frozen=True)
class DeadLetter:
    """One row that was not delivered, and why; ``activation`` is the intake's own JSON."""

    id: str
    connector: str | None
    destination: str | None
    audience: str
    profile_id: str
    code: str
    detail: str
    activation: str
    batch: str | None = None
    created_at: datetime | None = None
    state: str = "open"  # or "replayed", "dropped", "resolved"
    settled_at: datetime | None = None
    email: Mapping[str, Any] | None = None  # campaign, address, times of an e-mail with an unknown outcome
    replay_began_at: datetime | None = None
    finding: str | None = None  # of the last look into event files, in words
    proven: bool | None = None  # event files prove that it was not sent; None: it is no e-mail of that kind
    outcome: str | None = None  # of a resolved one: "delivered", or Responsys' code
    evidence: Mapping[str, Any] | None = None  # of a resolved one: feed, file, line and time of the event
    event: str | None = None  # of a resolved one: names the event


@dataclass(frozen=True)
class Filter:
    """A choice of dead letters; a field that is None chooses all."""

    connector: str | None = None
    destination: str | None = None
    audience: str | None = None
    code: str | None = None
    codes: Sequence[str] = ()  # any of them
    batch: str | None = None
    older_than: timedelta | None = None
    newer_than: timedelta | None = None
    ids: Sequence[str] = ()
    state: str | None = "open"
    proven: bool | None = None  # True: only those that are proven not to have been sent

    @property
    def is_counted(self) -> bool:
        """Whether it chooses open letters by connector, destination and code alone."""
        alone = Filter(self.connector, self.destination, code=self.code, codes=self.codes, ids=self.ids)
        return self == alone and not self.ids and "" not in (self.connector, self.destination)

    def counted_conditions(self) -> ColumnElement[bool]:
        """Return the condition for the numbers of open letters, if these are all that is wanted."""
        conditions: list[ColumnElement[bool]] = [
            open_letters.c[name] == value
            for name in ("connector", "destination", "code")
            if (value := getattr(self, name)) is not None
        ]
        return and_(True, *conditions, *([open_letters.c.code.in_(self.codes)] if self.codes else []))

    def conditions(self, now: datetime) -> ColumnElement[bool]:
        """Return the condition for a SQL statement."""
        conditions: list[ColumnElement[bool]] = [
            table.c[name] == value
            for name in ("connector", "destination", "audience", "code", "batch", "state")
            if (value := getattr(self, name)) is not None
        ]
        if self.proven is not None:
            conditions.append(table.c.proven == self.proven)
        if self.codes:
            conditions.append(table.c.code.in_(self.codes))
        if self.ids:
            conditions.append(table.c.id.in_(self.ids))
        if self.older_than is not None:
            conditions.append(table.c.created_at <= now - self.older_than)
        if self.newer_than is not None:
            conditions.append(table.c.created_at >= now - self.newer_than)
        return and_(True, *conditions)


def letter_id(*parts: str) -> str:
    """Return the id that follows from a letter's origin, so that it is stored once."""
    return blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()


def store(connection: Connection, letters: Sequence[DeadLetter], now: datetime | None = None) -> None:
    """Store letters, and count each that was not there yet."""
    if not letters:
        return
    now = now or datetime.now(UTC)
    groups: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for letter in letters:
        row = {
            name: storable(value) if isinstance(value, str) else value for name, value in vars(letter).items()
        }
        row |= {"created_at": now, "proven": None if letter.email is None else False}
        groups[letter.connector or "", letter.destination or "", letter.code].append(row)
    # In one order: two transactions that change the same numbers never wait for each other.
    rows = [row for _, group in sorted(groups.items()) for row in group]
    insert = new_rows(connection.dialect.name, table, table.c.connector, table.c.destination, table.c.code)
    counted = Counter(map(tuple, connection.execute(insert, rows).all()))
    for (connector, destination, code), amount in counted.items():
        where = stats.Where(connector or "", destination or "")
        stats.add(connection, now, where, {f"rejected:{code}": amount})


def find_letters(engine: Engine, chosen: Filter, most: int = 100, offset: int = 0) -> list[DeadLetter]:
    """Return letters, newest first."""
    statement = select(table).where(chosen.conditions(datetime.now(UTC)))
    statement = statement.order_by(table.c.created_at.desc(), table.c.id).limit(most).offset(offset)
    with reading(engine) as connection:
        return [DeadLetter(**row) for row in connection.execute(statement).mappings()]


def invalid_letters(engine: Engine, profiles: Collection[str]) -> set[tuple[str, str | None]]:
    """Return the ids and destinations of these profiles' ``Invalid`` letters, in every state."""
    names = [storable(profile) for profile in profiles]
    chosen = and_(table.c.profile_id.in_(names), table.c.code == "Invalid")
    with reading(engine) as connection:
        rows = connection.execute(select(table.c.id, table.c.destination).where(chosen))
        return {(row.id, row.destination) for row in rows}


def count(engine: Engine, chosen: Filter) -> int:
    """Count letters."""
    statement = select(func.count()).select_from(table).where(chosen.conditions(datetime.now(UTC)))
    if chosen.is_counted:
        amount = func.coalesce(func.sum(open_letters.c.letters), 0)
        statement = select(cast(amount, BigInteger)).where(chosen.counted_conditions())
    with reading(engine) as connection:
        return int(connection.execute(statement).scalar_one())


def shortened(letter: DeadLetter) -> DeadLetter:
    """Return a letter that any database can store: of its entry only the beginning, and no names."""
    kept = ascii(letter.activation[:MAX_KEPT])[1:-1]
    detail = f"{letter.detail}; of its {len(letter.activation):,} characters {len(kept):,} could be kept"
    return replace(letter, audience="", profile_id="", activation=kept, detail=detail)
