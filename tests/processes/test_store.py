"""The SQL store does not answer just when there is an outcome to record."""

import resource
import sqlite3
import time
from contextlib import contextmanager

import pytest

from pipeline import Producer
from pipeline.stores import sql_trouble as notes
from tests.chaos.scene import FILL, MERGE, account, configure, connector, export, outlet
from tests.processes.house import until
from tests.processes.outlet import activations, people


@contextmanager
def small_files(workers, size):
    """Let no file of these processes grow beyond ``size`` bytes."""
    processes, limit = [worker.process.pid for worker in workers], resource.RLIMIT_FSIZE
    before = resource.prlimit(processes[0], limit)
    for process in processes:
        resource.prlimit(process, limit, (size, before[1]))
    yield
    for process in processes:
        resource.prlimit(process, limit, before)


@pytest.fixture
def database(home):
    connection = sqlite3.connect(home.folder / "activation.db", isolation_level=None)
    yield connection
    connection.close()


def test_an_outcome_is_recorded_when_the_lock_on_the_store_is_gone(home, database):
    outlet = home.open("waits")
    home.emulator.fault("waits", "latency", seconds=0.5, when="after")
    outlet.activate(people(200))
    until(lambda: outlet.calls())

    database.execute("BEGIN EXCLUSIVE")
    until(lambda: home.emulator.outcomes("waits") == {"answered": 1})
    locked = time.monotonic()
    until(lambda: time.monotonic() - locked > 3)
    assert outlet.waiting() == 200
    database.execute("ROLLBACK")
    home.drain(outlet, within=15)

    assert sorted(outlet.delivered()) == sorted((profile, 0) for profile in people(200))
    assert outlet.letters() == []
    assert outlet.missing_from_books() == 0


def test_an_outcome_is_kept_while_the_store_refuses_it(home, database):
    """A table that is away for a while does what a database does that restarts."""
    outlet = home.open("fails")
    home.emulator.fault("fails", "latency", seconds=0.5, when="after")
    outlet.activate(people(200))
    until(lambda: outlet.calls())

    database.execute("ALTER TABLE batches RENAME TO batches_away")
    until(lambda: any("outcome not recorded yet" in worker.log.read_text() for worker in home.workers))
    database.execute("ALTER TABLE batches_away RENAME TO batches")
    home.drain(outlet, within=15)

    assert sorted(outlet.delivered()) == sorted((profile, 0) for profile in people(200))
    assert outlet.letters() == []
    assert outlet.missing_from_books() == 0


def test_outcomes_are_kept_while_the_disk_of_the_store_is_full(home, database):
    """No file of a worker may grow; a reader keeps the store from writing over what it has in its log."""
    until(lambda: not notes.read(home.client))
    outlet = home.open("no-space")
    home.emulator.fault("no-space", "latency", seconds=0.5)
    database.execute("BEGIN")
    database.execute("SELECT count(*) FROM batches").fetchone()
    outlet.activate(people(2000))
    until(lambda: outlet.calls())

    size = (home.folder / "activation.db-wal").stat().st_size
    with small_files(home.workers, size):
        reason = until(lambda: notes.read(home.client), what="a worker's note")
    database.execute("ROLLBACK")
    home.drain(outlet, within=45)
    until(lambda: not notes.read(home.client), what="the end of the note")

    assert reason == "disk I/O error"  # what SQLite says of a file that may not grow
    assert sorted(outlet.delivered()) == sorted((profile, 0) for profile in people(2000))
    assert outlet.letters() == []
    assert outlet.missing_from_books() == 0


def test_what_one_step_came_to_is_kept_while_redis_is_away(home):
    """The step is done, and that is known: it must not be done again."""
    name = "two-steps"
    home.emulator.order("accounts", account(name, 200))
    configure(home, {
        "connectors": {name: connector(name, home.emulator.url)},
        "destinations": {name: {**export(), "audience": "members", "connector": name, "max_age": 60}},
    })  # fmt: skip
    home.emulator.fault(name, "latency", function=MERGE, when="after", seconds=0.5)
    way = outlet(home, name, name)
    with Producer(broker_url=home.broker_url) as producer:
        assert not producer.activate_many(activations(people(200)), audience="members").errors
    until(lambda: way.calls())

    home.kill_redis()
    until(lambda: home.emulator.outcomes(name, MERGE))
    away = time.monotonic()
    until(lambda: time.monotonic() - away > 2)
    home.start_redis()
    home.drain(way)

    assert home.emulator.outcomes(name, MERGE) == {"answered": 1}
    assert home.emulator.outcomes(name, FILL) == {"answered": 1}
    assert way.letters() == []


@pytest.mark.parametrize("code", ["SERVICE_UNAVAILABLE", "API_BLOCKED"])
def test_a_refusal_is_kept_while_redis_is_away(home, code):
    """Nothing was done there, and that is known: no row may end as one whose outcome is unknown."""
    outlet = home.open(code.lower().replace("_", "-"))
    rule = {"account": outlet.name, "function": "triggerCustomEvent"}
    home.emulator.order("faults", [
        {"kind": "latency", "seconds": 0.5, "times": 1, **rule},
        {"kind": "error", "times": 1, "errorCode": code, **rule},
    ])  # fmt: skip
    outlet.activate(people(200))
    until(lambda: home.emulator.fired())

    home.kill_redis()
    until(lambda: home.emulator.outcomes(outlet.name))
    away = time.monotonic()
    until(lambda: time.monotonic() - away > 2)
    home.start_redis()
    until(lambda: {batch["state"] for batch in home.batches()} != {"begun"}, within=10)
    home.resume("destination", outlet.name)
    home.drain(outlet)

    assert sorted(outlet.delivered()) == sorted((profile, 0) for profile in people(200))
    assert outlet.letters() == []
