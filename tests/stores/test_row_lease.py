"""A lease on a row: one owner at a time, renewed while it is kept, free after a minute of silence."""

import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from pipeline.stores import row_lease
from pipeline.stores.database import reading
from pipeline.stores.operator_tables import import_runs
from pipeline.stores.row_lease import Busy, Lost, RowLease
from pipeline.stores.turn_owner import machine, new_owner
from tests.processes.environment import until


def lease_of(engine, name="nightly"):
    return RowLease(engine, import_runs, name, new_owner(), f'run of import "{name}"')


def claim(lease):
    with lease.engine.begin() as connection:
        return lease.claim(connection, step="first")


@contextmanager
def held(lease):
    """Hold a lease until the context ends."""
    claim(lease)
    with lease.kept():
        yield lease


def set_row(engine, **values):
    with engine.begin() as connection:
        connection.execute(update(import_runs).values(values))


def fall_silent(engine, seconds):
    set_row(engine, alive_at=datetime.now(UTC) - timedelta(seconds=seconds))


def row(engine):
    with reading(engine) as connection:
        return connection.execute(select(import_runs)).one()


def test_the_row_is_made_and_then_returned_as_it_was(engine):
    first, second = lease_of(engine), lease_of(engine)

    assert claim(first)["owner"] is None
    first.give_up(step="done")
    assert claim(second)["step"] == "done"
    assert (row(engine).owner, row(engine).step) == (second.owner, "first")


def test_a_lease_that_is_renewed_is_busy_but_for_other_names(engine):
    claim(lease_of(engine))

    with pytest.raises(Busy, match=r'a run of import "nightly" is under way \(process \d+ on .*, heard of '):
        claim(lease_of(engine))
    claim(lease_of(engine, "weekly"))


@pytest.mark.parametrize(("seconds", "is_free"), [(50, False), (61, True)])
def test_a_lease_is_free_after_a_minute_of_silence(engine, seconds, is_free):
    claim(lease_of(engine))
    fall_silent(engine, seconds)
    try:
        claim(lease_of(engine))
        taken = True
    except Busy:
        taken = False

    assert taken is is_free


def test_the_lease_of_a_killed_process_is_free_at_once(engine):
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.communicate()
    claim(lease_of(engine))
    set_row(engine, owner=f"{process.pid} on {machine()} abc")

    claim(lease_of(engine))


def test_a_process_that_was_asleep_changes_nothing_any_more(engine):
    first, second = lease_of(engine), lease_of(engine)
    claim(first)
    fall_silent(engine, 61)
    claim(second)

    with pytest.raises(Lost, match='the run of import "nightly" was taken over'), first.writing():
        pass
    first.give_up(step="done")
    with engine.begin() as connection:
        assert first.renew(connection, step="done") is False
        assert second.renew(connection, step="second") is True
    assert (row(engine).owner, row(engine).step) == (second.owner, "second")


def test_a_kept_lease_is_renewed(engine, monkeypatch):
    monkeypatch.setattr(row_lease, "RENEW_SECONDS", 0.01)
    with held(lease_of(engine)):
        fall_silent(engine, 61)

        until(lambda: (datetime.now(UTC) - row(engine).alive_at).total_seconds() < 60, within=60)


def test_a_clock_that_was_put_back_holds_nobody_up(engine):
    claim(lease_of(engine))
    set_row(engine, owner=f"{machine()}-elsewhere 1 x")
    fall_silent(engine, -3600)

    claim(lease_of(engine))
