"""Turns of runs whose process is gone, or whose store is away in the end."""

from pathlib import Path

import pytest
from sqlalchemy import update

from pipeline.event_files.run_turn import read_run, run_turn
from pipeline.stores.operator_tables import import_runs
from pipeline.stores.turn_owner import new_owner

GONE = "4194305"  # a process has a number up to 2^22


@pytest.mark.parametrize(("process", "running", "step"), [(None, True, "land"), (GONE, False, "")])
def test_a_run_runs_as_long_as_its_process(sqlite, process, running, step):
    with run_turn(sqlite, "events") as turn:
        turn.write(step="land")
        if process:
            owner = f"{process} on {new_owner().partition(' on ')[2]}"
            with sqlite.begin() as connection:
                connection.execute(update(import_runs).values(owner=owner))
        run = read_run(sqlite, turn.name)
        assert (run.running, run.step) == (running, step)


def test_a_store_that_is_away_in_the_end_is_no_error_of_the_run(sqlite):
    path = Path(sqlite.url.database)
    with run_turn(sqlite, "events"):
        away = path.rename(path.with_suffix(".away"))
    away.rename(path)

    assert read_run(sqlite, "events").running
