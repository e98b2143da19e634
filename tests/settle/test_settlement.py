"""Outcomes are kept while SQL cannot take them, on both databases."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from pipeline.lanes.batch import Batch
from pipeline.lanes.lanes import Lanes
from pipeline.settle.settlement import STORE_DOWN, Settlement
from pipeline.stores import sql_trouble as notes
from pipeline.stores.store_failure import shown

BATCH = Batch("b1", "lapsed", "acme", "account", "triggerCustomEvent", 1, 0, "begun", 1)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    """A test need not wait for a store that it has put right."""
    monkeypatch.setattr("pipeline.settle.settlement.PAUSE", 0)


@pytest.fixture
def persist(engine, redis):
    """Persists; ``mend`` is called when it has failed."""

    def persist(step, mend):
        told = []

        def note(error):
            notes.leave(redis, error)
            told.append(notes.read(redis))
            mend()

        return Settlement(engine, Lanes(redis), note).persist(BATCH, step), told

    return persist


def fill(connection):
    connection.execute(text("CREATE TABLE filler (what TEXT)"))
    connection.execute(text("INSERT INTO filler VALUES (:what)"), {"what": "x" * 100_000})
    return "recorded"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_full_disk_is_waited_for(engine, persist):
    """SQLite's own limit stands for the disk, and says the same."""

    def pages(most):
        with engine.connect() as connection:
            connection.execute(text(f"PRAGMA max_page_count = {most}"))

    def step():
        with engine.begin() as connection:
            return fill(connection)

    pages(1)
    told = f"database or disk is full ({engine.url})"
    assert persist(step, lambda: pages(1_000_000)) == ("recorded", [told, ""])


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_database_that_only_reads_is_waited_for(engine, persist):
    """As a PostgreSQL that has become a replica."""
    modes = iter(["READ ONLY", "READ WRITE"])

    def step():
        with engine.begin() as connection:
            connection.execute(text(f"SET TRANSACTION {next(modes)}"))
            connection.execute(text("DELETE FROM batches"))
            return "recorded"

    result, (reason, end) = persist(step, lambda: None)
    assert (result, end) == ("recorded", "")
    assert reason == f"cannot execute DELETE in a read-only transaction ({shown(engine.url)})"


def test_a_full_disk_of_postgresql_counts_as_a_store_that_is_down():
    error = DBAPIError.instance("INSERT", {}, psycopg.errors.DiskFull("no space"), psycopg.Error)

    assert isinstance(error, STORE_DOWN)
