"""pipeline.settle.letter_operations: one decision on many dead letters, whatever dies in between."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from pipeline.model.activation import Activation, encode
from pipeline.model.shard import SHARDS
from pipeline.produce.appender import Appender
from pipeline.settle import dead_letters as letters
from pipeline.settle import letter_operations, operations
from pipeline.settle.dead_letters import DeadLetter, Filter
from pipeline.stores.operator_tables import operations as table

ROWS = 1_200  # more than two pages


class Bell:
    def ring_accept(self, shard: int) -> None:
        """Nobody listens."""


class Killed(BaseException):
    """The worker is no more."""


class DyingAppender(Appender):
    """Appends some pages, and dies before it can be noted."""

    pages = 1

    def append(self, *args, **options):
        ids = super().append(*args, **options)
        if self.pages == 0:
            raise Killed
        self.pages -= 1
        return ids


@pytest.fixture
def stored(engine):
    """Open letters, the first of which nobody can read."""
    rows = [
        DeadLetter(
            id=f"letter-{number:05}",
            connector="acme",
            destination="lapsed",
            audience="lapsed-buyers",
            profile_id=f"p-{number}",
            code="Timeout",
            detail="",
            activation=encode(Activation("lapsed-buyers", f"p-{number}", "ADD")).decode() if number else "{",
        )
        for number in range(ROWS)
    ]
    with engine.begin() as connection:
        letters.store(connection, rows, datetime.now(UTC) - timedelta(minutes=1))


def begun(engine, kind="replay", chosen=None):
    with engine.begin() as connection:
        chosen = chosen or Filter(code="Timeout")
        return letter_operations.begin(connection, kind, chosen, letters.count(engine, chosen), "key:ops").id


def intake(redis):
    entries = [entry for n in range(SHARDS) for entry in redis.lrange(f"intake:{n}", 0, -1)]
    return len(entries)


def forget_owner(engine):
    with engine.begin() as connection:
        connection.execute(update(table).values(alive_at=datetime.now(UTC) - timedelta(minutes=5)))


def test_all_letters_are_sent_again_and_those_nobody_can_read_are_counted(engine, redis, stored):
    identity = begun(engine)

    done = letter_operations.carry_out(engine, identity, Appender(redis, Bell()))

    assert (done.state, done.matched, done.done, done.failed) == ("done", ROWS, ROWS - 1, 1)
    assert intake(redis) == ROWS - 1
    assert operations.find_operation(engine, identity).document()["done"] == ROWS - 1


def test_dropping_sends_nothing(engine, redis, stored):
    done = letter_operations.carry_out(engine, begun(engine, "drop"), Appender(redis, Bell()))

    assert (done.done, done.failed, intake(redis)) == (ROWS, 0, 0)
    assert letters.count(engine, Filter()) == 0


def test_a_worker_that_dies_between_append_and_note_is_followed_by_another(engine, redis, stored):
    identity = begun(engine)
    with pytest.raises(Killed):
        letter_operations.carry_out(engine, identity, DyingAppender(redis, Bell()))
    assert letter_operations.carry_out(engine, identity, Appender(redis, Bell())) is None  # its lease lasts
    forget_owner(engine)
    assert operations.forsaken(engine) == [identity]

    done = letter_operations.carry_out(engine, identity, Appender(redis, Bell()))

    assert (done.done, done.failed) == (ROWS - 1, 1)
    assert operations.forsaken(engine) == []
    entries = [entry for n in range(SHARDS) for entry in redis.lrange(f"intake:{n}", 0, -1)]
    assert len(entries) > ROWS  # some are repeats, which accepting recognises by the letter's id
    assert len({json.loads(entry)["replay"] for entry in entries}) == ROWS - 1


def test_letters_that_come_later_are_no_part_of_it(engine, redis, stored):
    identity = begun(engine)
    late = DeadLetter("late", "acme", "lapsed", "lapsed-buyers", "p-9", "Timeout", "", "{}")
    with engine.begin() as connection:
        letters.store(connection, [late], datetime.now(UTC) + timedelta(seconds=1))

    letter_operations.carry_out(engine, identity, Appender(redis, Bell()))

    assert [letter.id for letter in letters.find_letters(engine, Filter()) if letter.id == "late"] == ["late"]


def test_two_workers_do_not_share_an_operation(engine, redis, stored):
    identity = begun(engine)
    first = operations.claim(engine, identity, "first")
    forget_owner(engine)
    second = operations.claim(engine, identity, "second")

    assert letter_operations.handle_page(engine, first, Appender(redis, Bell())) is None
    assert letter_operations.handle_page(engine, second, Appender(redis, Bell())).done == 499


def test_an_age_counts_from_the_beginning_of_the_operation(engine, redis, stored):
    identity = begun(engine, "drop", Filter(older_than=timedelta(hours=1)))

    done = letter_operations.carry_out(engine, identity, Appender(redis, Bell()))

    assert (done.matched, done.done) == (0, 0)
