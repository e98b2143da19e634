"""Open dead letters go back to the intake, or are given up: a person's decision."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Select, and_, or_, select, update

from pipeline.model.activation import Activation, Invalid, decode
from pipeline.produce.appender import Appender
from pipeline.settle.dead_letters import DeadLetter, Filter
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import dead_letters as table

PAGE_ROWS = 500  # letters settled in one transaction


def replay(engine: Engine, appender: Appender, chosen: Filter) -> tuple[int, int]:
    """Send letters again, oldest first, each to its own destination.

    Returns the number of letters sent, and of letters with an unreadable activation. Safe to repeat: a letter
    enters the intake under its own id, which is accepted once, and is marked as replayed after that.
    """

    def act(letters: Sequence[DeadLetter]) -> tuple[list[str], int]:
        still_open = claimed_letters(engine, letters)
        ids = append_letters(appender, still_open)
        return ids, len(still_open) - len(ids)

    return settle_pages(engine, chosen, "replayed", act)


def drop(engine: Engine, chosen: Filter) -> int:
    """Give letters up and return their number; they can still be listed, but are no longer open."""
    dropped, _ = settle_pages(
        engine, chosen, "dropped", lambda letters: ([letter.id for letter in letters], 0)
    )
    return dropped


def claimed_letters(engine: Engine, letters: Sequence[DeadLetter]) -> list[DeadLetter]:
    """Note that a replay begins with letters, and return those that are still open.

    Otherwise event files could settle a letter as delivered while it is sent again.
    """
    ids = [letter.id for letter in letters]
    begun = update(table).where(table.c.id.in_(ids), table.c.state == "open")
    with engine.begin() as connection:
        change = begun.values(replay_began_at=datetime.now(UTC)).returning(table.c.id)
        still_open = set(connection.scalars(change))
    return [letter for letter in letters if letter.id in still_open]


def append_letters(appender: Appender, letters: Sequence[DeadLetter]) -> list[str]:
    """Append the letters that can be read to the intake, and return their ids.

    ``letters`` were claimed: no look into event files changes them any more.
    """
    entries: list[Activation] = []
    appended = []
    for letter in letters:
        try:
            activation = decode(letter.activation.encode())
        except Invalid:
            continue
        entries.append(
            msgspec.structs.replace(activation, replay=letter.id, destination=letter.destination, bulk=False)
        )
        appended.append(letter.id)
    if entries:
        appender.append(entries)
    return appended


def settle_pages(
    engine: Engine, chosen: Filter, state: str, act: Callable[[Sequence[DeadLetter]], tuple[list[str], int]]
) -> tuple[int, int]:
    """Let ``act`` handle page after page, and give the new state to the letters of the ids that it returns.

    Returns how many letters changed their state, and how many ``act`` said that it left out.
    """
    settled, left_out = 0, 0
    last: tuple[datetime, str] | None = None
    now = datetime.now(UTC)  # letters written from now on, by this very replay, are not chosen
    while letters := next_page(engine, chosen, now, last):
        last = (moment_of(letters[-1]), letters[-1].id)
        ids, unreadable = act(letters)
        left_out += unreadable
        with engine.begin() as connection:
            settled += change_state(connection, ids, state)
    return settled, left_out


def change_state(connection: Connection, ids: Sequence[str], state: str) -> int:
    """Give open letters another state, and return how many were still open."""
    change = update(table).where(table.c.id.in_(ids), table.c.state == "open")
    return connection.execute(change.values(state=state, settled_at=datetime.now(UTC))).rowcount


def next_page(
    engine: Engine, chosen: Filter, now: datetime, last: tuple[datetime, str] | None
) -> list[DeadLetter]:
    """Return the letters that follow ``last`` (its time and id) by age; None: the first page."""
    conditions = [chosen.conditions(now), table.c.created_at <= now]
    if last is not None:
        conditions.append(later_than(last))
    statement: Select[Any] = select(table).where(and_(*conditions))
    with reading(engine) as connection:
        page = statement.order_by(table.c.created_at, table.c.id).limit(PAGE_ROWS)
        return [DeadLetter(**row) for row in connection.execute(page).mappings()]


def moment_of(letter: DeadLetter) -> datetime:
    """Return when a stored letter was written."""
    if letter.created_at is None:
        raise ValueError("the letter was never stored")
    return letter.created_at


def later_than(last: tuple[datetime, str]) -> Any:
    """Say in SQL: later than this time and id. Only the first comparison can use an index."""
    moment, identity = last
    newer = or_(table.c.created_at > moment, table.c.id > identity)
    return and_(table.c.created_at >= moment, newer)
