import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from pipeline.snapshots import run_lease
from pipeline.snapshots.run_lease import Busy, Lost, hold_run
from pipeline.stores.database import reading
from pipeline.stores.snapshot_tables import snapshots
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
    with hold_run(engine, "lapsed"), pytest.raises(Busy) as caught, hold_run(engine, "lapsed"):
        pass

    assert re.fullmatch(
        r'a run for audience "lapsed" is under way \(process \d+ on .*, heard of \d+ s ago\): '
        r"wait for its end; if it was killed, try again in (1 min|5\d s)",
        str(caught.value),
    )


def test_other_audiences_have_their_own(engine):
    with hold_run(engine, "lapsed"), hold_run(engine, "leavers") as second:
        assert second.audience == "leavers"


def test_the_turn_is_given_back_also_after_an_error(engine):
    with pytest.raises(ZeroDivisionError), hold_run(engine, "lapsed"):
        raise ZeroDivisionError

    with hold_run(engine, "lapsed"):
        pass


@pytest.mark.parametrize(("silent", "taken"), [(50, False), (61, True)])
def test_who_is_silent_for_a_minute_has_died(engine, silent, taken):
    with hold_run(engine, "lapsed"):
        fall_silent(engine, silent)
        try:
            with hold_run(engine, "lapsed"):
                found = True
        except Busy:
            found = False

    assert found is taken


def test_who_was_only_asleep_cannot_write_any_more(engine):
    with hold_run(engine, "lapsed") as first:
        fall_silent(engine, 61)
        with hold_run(engine, "lapsed") as second:
            with pytest.raises(Lost, match='"lapsed" was taken over'), first.writing():
                pass
            with second.writing() as connection:
                second.write(connection, phase="reading", run="1")

    with hold_run(engine, "lapsed") as third:
        assert (third.phase, third.run) == ("reading", "1")


def test_whoever_has_the_turn_says_that_it_lives(engine, monkeypatch):
    monkeypatch.setattr(run_lease, "RENEW_SECONDS", 0.01)
    with hold_run(engine, "lapsed"):
        fall_silent(engine, 61)

        until(lambda: silence(engine) < 60, within=60)
