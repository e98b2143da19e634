"""Imports run by the clock: due ones, interrupted ones, and none that is stopped."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from pipeline.event_files.import_schedule import due
from pipeline.event_files.run_turn import ImportBusy, RunTurn, read_run, run_turn, take_turn
from pipeline.model.event_import import EventImport
from pipeline.records.catalog import Catalog, Hold
from pipeline.sftp.connector import SftpConnector
from pipeline.stores.operator_tables import import_runs
from pipeline.stores.turn_owner import is_gone, machine

FILES = SftpConnector(name="acme-files", title="", host="h", username="u", private_key="k")
EVENTS = EventImport("events", "acme-files", every=30)
PAUSED = Hold("paused", "", "", datetime.now(UTC))


def catalog(each: EventImport = EVENTS, connector: SftpConnector = FILES, **options) -> Catalog:
    return Catalog(1, {"acme-files": connector}, imports={"events": each}, **options)


class Duties(dict):
    """Takes every duty once."""

    def __call__(self, duty: str, seconds: float) -> bool:
        is_free = duty not in self
        self[duty] = seconds
        return is_free


def test_an_import_is_due_at_launch_and_after_its_minutes(engine):
    duties = Duties()

    assert list(due(catalog(), engine, duties)) == ["events"]
    assert duties == {"import:events:30": 1800, "imports": 60}
    assert list(due(catalog(), engine, duties)) == []


@pytest.mark.parametrize(
    "stopped",
    [
        catalog(replace(EVENTS, enabled=False)),
        catalog(connector=replace(FILES, enabled=False)),
        catalog(holds={("import", "events"): PAUSED}),
        catalog(holds={("connector", "acme-files"): PAUSED}),
    ],
)
def test_one_that_is_stopped_is_not_due(engine, stopped):
    assert list(due(stopped, engine, lambda *_: True)) == []


def test_an_interrupted_run_is_taken_up(engine):
    with run_turn(engine, "events"):
        assert list(due(catalog(), engine, lambda duty, _: duty == "imports")) == []
        silent(engine)
        assert list(due(catalog(), engine, lambda duty, _: duty == "imports")) == ["events"]


def test_one_run_at_a_time(engine):
    with run_turn(engine, "events"):
        with pytest.raises(ImportBusy), run_turn(engine, "events"):
            pass
        assert read_run(engine, "events").running
    assert not read_run(engine, "events").running


def test_a_second_run_waits_for_its_turn(engine, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    with run_turn(engine, "events"), run_turn(engine, "events", wait=lambda: silent(engine)) as second:
        assert read_run(engine, "events").running
        assert second.failed("a reason") is False
    assert read_run(engine, "events").error == "a reason"


def test_the_turn_of_a_killed_process_is_free_at_once(engine):
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.communicate()
    with run_turn(engine, "events"):
        for number, is_free in ((process.pid, True), (os.getpid(), False)):
            owner = f"{number} on {machine()} abc"
            with engine.begin() as connection:
                connection.execute(update(import_runs).values(owner=owner))
            assert is_gone(owner) == is_free
            assert take_turn(RunTurn(engine, "events", "another")) == is_free
    assert not is_gone(f"{process.pid} on elsewhere/1 abc")


def test_failures_for_ten_hours_on_end_are_noticed(engine):
    with run_turn(engine, "events") as turn:
        assert turn.failed("first") is False
        with engine.begin() as connection:
            long_ago = datetime.now(UTC) - timedelta(hours=10)
            connection.execute(update(import_runs).values(failing_since=long_ago))
        assert turn.failed("last") is True
        turn.succeeded()
    state = read_run(engine, "events")
    assert (state.failing_since, state.error) == (None, "")


def silent(engine) -> None:
    """Let the turn look like that of a process that is gone."""
    with engine.begin() as connection:
        connection.execute(update(import_runs).values(alive_at=datetime.now(UTC) - timedelta(minutes=2)))
