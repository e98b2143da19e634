"""A source in a real worker, which is killed in the middle of its run."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from pipeline.stores import tables
from pipeline.stores.database import reading
from tests.processes import ROOT
from tests.processes.house import House, house, until
from tests.processes.outlet import people

COUNT = 20_000
CELERY = "celery --quiet -A tasks worker -P threads -c 1 -Q sync -n sync@%h --without-gossip --without-mingle"


@pytest.fixture
def home(tmp_path) -> Iterator[House]:
    """One worker that accepts, one that delivers."""
    with house(tmp_path, "accept", "deliver") as opened:
        yield opened
        assert opened.emulator.violations() == []


@contextmanager
def sync_worker(home: House):
    """A worker for snapshots, which is killed in the end."""
    with open(home.folder / "sync.log", "a") as log:
        command = [sys.executable, "-m", *CELERY.split()]
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **home.env}, stdout=log, stderr=subprocess.STDOUT
        )
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


def progress(home: House) -> tuple[int, str]:
    """Return how much was sent, and what the run is at."""
    with reading(home.engine) as connection:
        sent = connection.scalar(select(tables.snapshot_parts.c.sent)) or 0
        return sent, connection.scalar(select(tables.snapshots.c.phase)) or ""


def a_minute_later(home: House) -> None:
    """Let a minute pass for whoever looks for interrupted runs."""
    with home.engine.begin() as connection:
        then = datetime.now(UTC) - timedelta(seconds=61)
        connection.execute(update(tables.snapshots).values(alive_at=then))
    home.client.delete("turn:interrupted")


def test_a_run_whose_worker_is_killed_is_taken_up_and_sends_everything_once(home, tmp_path):
    outlet = home.open("lapsed", max_age=1)
    members(tmp_path / "members.db", COUNT)
    source = {
        "audience": "lapsed",
        "url": f"sqlite:///{tmp_path / 'members.db'}",
        "query": "SELECT id AS profile_id, email, 0 AS number FROM members",
        "every": 60,
    }

    with sync_worker(home):
        home.apply({"sources": {"quiet": source}})
        until(lambda: progress(home)[0] > 0)
    interrupted = progress(home)
    a_minute_later(home)
    with sync_worker(home):
        until(lambda: progress(home)[1] == "done", within=60)
    home.drain(outlet)

    assert interrupted[1] == "sending"
    assert 0 < interrupted[0] < COUNT
    assert sorted(outlet.delivered()) == sorted((profile, 0) for profile in people(COUNT))
    assert outlet.letters() == []
    assert outlet.missing_from_books() == 0
