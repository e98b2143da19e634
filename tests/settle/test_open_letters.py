"""The numbers of open letters are those of their table, whatever is done to it, on both databases."""

import random
from datetime import UTC, datetime, timedelta
from itertools import product
from threading import Thread

import pytest
from sqlalchemy import delete, func, select, update

from pipeline.operate.erasure import letters as erasure
from pipeline.operate.erasure.found import Found
from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import DeadLetter
from pipeline.settle.replay import change_state
from pipeline.settle.retention import Keeping, prune
from pipeline.stores.database import reading
from pipeline.stores.outcome_tables import dead_letters as table
from pipeline.stores.outcome_tables import open_letters as counted

NAMES = [f"l-{n}" for n in range(40)]
PLACES = [*product((None, "acme", "crm"), (None, "lapsed"), ("Invalid", "Timeout"))]
NOTHING_KEPT = Keeping(timedelta(0), timedelta(0), timedelta(0))


def letter(name, place, profile="p-1"):
    connector, destination, code = place
    return DeadLetter(name, connector, destination, "buyers", profile, code, "", "{}")


def kept(engine):
    """Return the numbers that triggers keep, and those that there are."""
    columns = [func.coalesce(table.c[name], "") for name in ("connector", "destination", "code")]
    own = select(*columns, func.count()).where(table.c.state == "open").group_by(*columns)
    with reading(engine) as connection:
        rows = connection.execute(select(counted).where(counted.c.letters != 0))
        return {tuple(row) for row in rows}, {tuple(row) for row in connection.execute(own)}


def store(chance, engine):
    some = [letter(name, chance.choice(PLACES), f"p-{name[-1]}") for name in chance.sample(NAMES, 12)]
    with engine.begin() as connection:
        dead_letters.store(connection, some, datetime.now(UTC) - timedelta(days=1))


def settle(chance, engine):
    with engine.begin() as connection:
        change_state(connection, chance.sample(NAMES, 15), chance.choice(("replayed", "dropped")))


def erase(chance, engine):
    erasure.erase(engine, f"p-{chance.randrange(10)}", Found(), only_count=False)


def forget(chance, engine):
    prune(engine, NOTHING_KEPT)


def give_up(chance, engine):
    with engine.connect() as connection:  # never committed
        connection.execute(delete(table))


def mend_by_hand(chance, engine):
    values = chance.choice(({"state": "open"}, {"code": "Mended", "connector": None}, {"finding": "x"}))
    with engine.begin() as connection:
        connection.execute(update(table).where(table.c.id.in_(chance.sample(NAMES, 10))).values(values))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_numbers_agree_after_every_step(engine, seed):
    chance = random.Random(seed)
    store(chance, engine)
    for _ in range(25):
        chance.choice((store, store, settle, erase, forget, give_up, mend_by_hand))(chance, engine)

        numbers, own = kept(engine)
        assert numbers == own


def test_writers_at_the_same_time_lose_no_letter(engine):
    def write(first):
        for n in range(6):
            some = [letter(f"{first}-{n}-{m}", place) for m, place in enumerate(PLACES[::first])]
            with engine.begin() as connection:
                dead_letters.store(connection, some)
                change_state(connection, [one.id for one in some[::3]], "dropped")

    writers = [Thread(target=write, args=(step,)) for step in (1, -1)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    numbers, own = kept(engine)
    assert numbers == own
    assert sum(row[3] for row in numbers) == 2 * 6 * 8
