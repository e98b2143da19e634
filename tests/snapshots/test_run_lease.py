import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from pipeline.snapshots.run_lease import hold_run
from pipeline.stores.row_lease import Busy, Lost
from pipeline.stores.snapshot_tables import snapshots


def fall_silent(engine, seconds):
    """Let nobody have been heard of for so long."""
    with engine.begin() as connection:
        then = datetime.now(UTC) - timedelta(seconds=seconds)
        connection.execute(update(snapshots).values(alive_at=then))


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
