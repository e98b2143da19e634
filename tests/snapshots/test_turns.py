import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from pipeline.snapshots import turns
from pipeline.snapshots.turns import Busy, Lost, turn
from pipeline.stores.database import reading
from pipeline.stores.tables import snapshots
from tests.processes.environment import until


def fall_silent(engine, seconds):
    """Let nobody have been heard of for so long."""
    with engine.begin() as connection:
        then = datetime.now(UTC) - timedelta(seconds=seconds)
        connection.execute(update(snapshots).values(alive_at=then))


def silence(engine):
    """Tell how many seconds ago somebody was heard of."""
    with reading(engine) as connection:
        return (datetime.now(UTC) - connection.scalar(select(snapshots.c.alive_at))).total_seconds()


def test_only_one_has_the_turn(engine):
    with turn(engine, "lapsed"), pytest.raises(Busy) as caught, turn(engine, "lapsed"):
        pass

    assert re.fullmatch(
        r'a run for audience "lapsed" is under way \(process \d+ on .*, heard of \d+ s ago\): '
        r"wait for its end; if it was killed, try again in (1 min|5\d s)",
        str(caught.value),
    )


def test_other_audiences_have_their_own(engine):
    with turn(engine, "lapsed"), turn(engine, "leavers") as second:
        assert second.audience == "leavers"


def test_the_turn_is_given_back_also_after_an_error(engine):
    with pytest.raises(ZeroDivisionError), turn(engine, "lapsed"):
        raise ZeroDivisionError

    with turn(engine, "lapsed"):
        pass


@pytest.mark.parametrize(("silent", "taken"), [(50, False), (61, True)])
def test_who_is_silent_for_a_minute_has_died(engine, silent, taken):
    with turn(engine, "lapsed"):
        fall_silent(engine, silent)
        try:
            with turn(engine, "lapsed"):
                found = True
        except Busy:
            found = False

    assert found is taken


def test_who_was_only_asleep_cannot_write_any_more(engine):
    with turn(engine, "lapsed") as first:
        fall_silent(engine, 61)
        with turn(engine, "lapsed") as second:
            with pytest.raises(Lost, match='"lapsed" was taken over'), first.writing():
                pass
            with second.writing() as connection:
                second.note(connection, phase="reading", run="1")

    with turn(engine, "lapsed") as third:
        assert (third.phase, third.run) == ("reading", "1")


def test_whoever_has_the_turn_says_that_it_lives(engine, monkeypatch):
    monkeypatch.setattr(turns, "BEAT", 0.01)
    with turn(engine, "lapsed"):
        fall_silent(engine, 61)

        until(lambda: silence(engine) < 60, within=10)
