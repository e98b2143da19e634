"""pipeline.runtime.source_operations: a person lets a source run, whatever dies in between."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from pipeline.operate.activity import Actor
from pipeline.operate.running import begin_run
from pipeline.produce.appender import Appender
from pipeline.runtime import source_operations
from pipeline.runtime.source_runner import SourceRunner
from pipeline.settle.operations import find_operation, forsaken
from pipeline.snapshots import source_runs
from pipeline.snapshots.run_lease import hold_run
from pipeline.stores.operator_tables import operations as table
from tests.fixtures.intake import Bell
from tests.snapshots.environment import Environment

QUERY = "SELECT id AS profile_id, crm_id FROM customers"


class Killed(BaseException):
    """The worker is no more."""


class DyingAppender(Appender):
    """Dies after its first chunk, before the progress of the run is noted."""

    def append_chunk(self, chunk):
        super().append_chunk(chunk)
        raise Killed


@pytest.fixture
def environment(redis, engine, records):
    return Environment(redis, engine, records)


@pytest.fixture
def customers(environment, tmp_path):
    """Ten customers, with a source on them."""
    file = tmp_path / "customers.db"
    database = sqlite3.connect(file, isolation_level=None)
    database.execute("CREATE TABLE customers (id TEXT, crm_id TEXT)")
    database.executemany("INSERT INTO customers VALUES (?, ?)", [(f"p{n}", f"C-{n}") for n in range(10)])
    source = {"audience": "lapsed-buyers", "url": f"sqlite:///{file}", "query": QUERY, "every": 60}
    environment.records.apply({"sources": {"quiet": source}})
    yield database
    database.close()


@pytest.fixture
def begin(environment, server_url):
    def begin(confirm=False, source="quiet"):
        return begin_run(environment.engine, server_url, Actor("key:ops"), source, confirm=confirm).id

    return begin


def carry_out(environment, identity, appender=Appender):
    records = environment.records
    with_bell = appender(environment.redis, Bell())
    run = SourceRunner(environment.redis, records, lambda: environment.engine, None).run
    return source_operations.carry_out(environment.engine, run, records.load(), identity, with_bell)


def forget_owner(engine):
    with engine.begin() as connection:
        connection.execute(update(table).values(alive_at=datetime.now(UTC) - timedelta(minutes=5)))


def numbers(operation):
    document = operation.document()
    names = ("state", "entering", "changed", "leaving", "sent", "done", "failed")
    return tuple(document[name] for name in names)


def test_a_run_tells_its_numbers_and_who_began_it(environment, customers, begin):
    identity = begin()

    done = carry_out(environment, identity)

    assert numbers(done) == ("done", 10, 0, 0, 10, 10, 0)
    document = find_operation(environment.engine, identity).document()
    assert (document["kind"], document["by"], document["sent"]) == ("run", "key:ops", 10)
    assert "matched" not in document
    assert document["ended_at"]


def test_what_looks_wrong_is_not_sent_until_it_is_confirmed(environment, customers, begin):
    carry_out(environment, begin())
    customers.execute("DELETE FROM customers WHERE id < 'p5'")

    stopped = carry_out(environment, begin())
    confirmed = carry_out(environment, begin(confirm=True))

    assert numbers(stopped) == ("stopped", 0, 0, 5, 0, 0, 0)
    assert stopped.detail.startswith('5 of 10 members (50 %) would leave destination "lapsed"')
    assert stopped.detail.endswith("if the numbers are right, run it with `confirm`")
    assert numbers(confirmed) == ("done", 0, 0, 5, 5, 5, 0)


def test_a_source_that_cannot_be_read_says_why(environment, customers, begin):
    customers.execute("DROP TABLE customers")

    stopped = carry_out(environment, begin())

    assert stopped.state == "stopped"
    assert "customers" in stopped.detail


def test_after_a_killed_worker_another_one_sends_the_rest_once(environment, customers, begin, monkeypatch):
    identity = begin()
    with pytest.raises(Killed):
        carry_out(environment, identity, DyingAppender)
    assert carry_out(environment, identity) is None  # its lease lasts
    forget_owner(environment.engine)
    assert forsaken(environment.engine) == [identity]

    done = carry_out(environment, identity)

    assert (done.state, done.done) == ("done", 10)
    assert len(environment.sent()) == 10


def test_a_run_waits_for_another_one_of_the_same_audience(environment, customers, begin):
    identity = begin()
    with hold_run(environment.engine, "lapsed-buyers"):
        assert carry_out(environment, identity).state == "waiting"
        assert forsaken(environment.engine) == [identity]  # it is looked at again at once

    assert carry_out(environment, identity).state == "done"


def test_a_run_that_is_under_way_is_not_begun_again(environment, customers, begin):
    assert begin() == begin()
    assert begin(confirm=True) != begin()


def test_a_long_run_keeps_its_lease_and_tells_its_numbers(environment, customers, begin, monkeypatch):
    monkeypatch.setattr(source_operations, "RENEW_SECONDS", 0.01)
    seen = []
    identity = begin()
    run = source_runs.run

    def slow_run(*args, **options):
        outcome = run(*args, **options)
        while not seen or seen[-1]["sent"] < 10:
            seen.append(find_operation(environment.engine, identity).document())
        return outcome

    monkeypatch.setattr(source_runs, "run", slow_run)

    carry_out(environment, identity)

    assert (seen[-1]["state"], seen[-1]["entering"]) == ("running", 10)
