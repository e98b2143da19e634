"""A source in a real worker, which is killed in the middle of its run."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from pipeline.stores import tables
from pipeline.stores.database import reading
from tests.processes import celery, program
from tests.processes.environment import Environment, open_environment, until
from tests.processes.limited_account import people

COUNT = 20_000
WORKER = "--quiet -A tasks worker -P threads -c 1 -Q sync -n sync@%h --without-gossip --without-mingle"


@pytest.fixture
def environment(tmp_path) -> Iterator[Environment]:
    """One worker that accepts, one that delivers."""
    with open_environment(tmp_path, "accept", "deliver") as opened:
        yield opened
        assert opened.emulator.violations() == []


@contextmanager
def sync_worker(environment: Environment):
    """A worker for snapshots, which is killed in the end."""
    process = program.start_program(celery(WORKER), environment.env, environment.folder / "sync.log")
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def members(file, count: int) -> None:
    """Make a database of members."""
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE members (id TEXT, email TEXT)")
        rows = [(profile, f"{profile}@example.com") for profile in people(count)]
        database.executemany("INSERT INTO members VALUES (?, ?)", rows)
    database.close()


def progress(environment: Environment) -> tuple[int, str]:
    """Return how much was sent, and what the run is at."""
    with reading(environment.engine) as connection:
        sent = connection.scalar(select(tables.snapshot_parts.c.sent)) or 0
        return sent, connection.scalar(select(tables.snapshots.c.phase)) or ""


def a_minute_later(environment: Environment) -> None:
    """Let a minute pass for whoever looks for interrupted runs."""
    with environment.engine.begin() as connection:
        then = datetime.now(UTC) - timedelta(seconds=61)
        connection.execute(update(tables.snapshots).values(alive_at=then))
    environment.client.delete("turn:interrupted")


def test_a_run_whose_worker_is_killed_is_taken_up_and_sends_everything_once(environment, tmp_path):
    limited_account = environment.open("lapsed", max_age=1)
    members(tmp_path / "members.db", COUNT)
    source = {
        "audience": "lapsed",
        "url": f"sqlite:///{tmp_path / 'members.db'}",
        "query": "SELECT id AS profile_id, email, 0 AS number FROM members",
        "every": 60,
    }

    with sync_worker(environment):
        environment.apply({"sources": {"quiet": source}})
        until(lambda: progress(environment)[0] > 0)
    interrupted = progress(environment)
    a_minute_later(environment)
    with sync_worker(environment):
        until(lambda: progress(environment)[1] == "done", within=60)
    environment.drain(limited_account)

    assert interrupted[1] == "sending"
    assert 0 < interrupted[0] < COUNT
    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(COUNT))
    assert limited_account.letters() == []
    assert limited_account.missing_from_books() == 0
