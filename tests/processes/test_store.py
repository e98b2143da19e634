"""The SQL store does not answer just when there is an outcome to record."""

import resource
import sqlite3
import time
from contextlib import contextmanager

import pytest

from pipeline import Producer
from pipeline.stores import sql_trouble as notes
from tests.chaos.accounts import FILL, MERGE, account, configure, connector, export, limited_account
from tests.processes.environment import until
from tests.processes.limited_account import activations, people
from tests.processes.machine import on_this_machine


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
def database(environment):
    connection = sqlite3.connect(environment.folder / "activation.db", isolation_level=None)
    yield connection
    connection.close()


def test_an_outcome_is_recorded_when_the_lock_on_the_store_is_gone(environment, database):
    limited_account = environment.open("waits")
    environment.emulator.fault("waits", "latency", seconds=0.5, when="after")
    limited_account.activate(people(200))
    until(lambda: limited_account.calls())

    database.execute("BEGIN EXCLUSIVE")
    until(lambda: environment.emulator.outcomes("waits") == {"answered": 1})
    locked = time.monotonic()
    until(lambda: time.monotonic() - locked > 3)
    assert limited_account.waiting() == 200
    database.execute("ROLLBACK")
    environment.drain(limited_account, within=on_this_machine(15))

    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(200))
    assert limited_account.letters() == []
    assert limited_account.missing_from_books() == 0


def test_an_outcome_is_kept_while_the_store_refuses_it(environment, database):
    """A table that is away for a while does what a database does that restarts."""
    limited_account = environment.open("fails")
    environment.emulator.fault("fails", "latency", seconds=0.5, when="after")
    limited_account.activate(people(200))
    until(lambda: limited_account.calls())

    database.execute("ALTER TABLE batches RENAME TO batches_away")
    until(lambda: any("outcome not recorded yet" in worker.log.read_text() for worker in environment.workers))
    database.execute("ALTER TABLE batches_away RENAME TO batches")
    environment.drain(limited_account, within=on_this_machine(15))

    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(200))
    assert limited_account.letters() == []
    assert limited_account.missing_from_books() == 0


def test_outcomes_are_kept_while_the_disk_of_the_store_is_full(environment, database):
    """No file of a worker may grow; a reader keeps the store from writing over what it has in its log."""
    until(lambda: not notes.read(environment.client))
    limited_account = environment.open("no-space")
    environment.emulator.fault("no-space", "latency", seconds=0.5)
    database.execute("BEGIN")
    database.execute("SELECT count(*) FROM batches").fetchone()
    limited_account.activate(people(2000))
    until(lambda: limited_account.calls())

    size = (environment.folder / "activation.db-wal").stat().st_size
    with small_files(environment.workers, size):
        reason = until(lambda: notes.read(environment.client), what="a worker's note")
    database.execute("ROLLBACK")
    environment.drain(limited_account, within=45)
    until(lambda: not notes.read(environment.client), what="the end of the note")

    place = f"sqlite:///{environment.folder / 'activation.db'}"
    assert reason == f"disk I/O error ({place})"  # what SQLite says of a file that may not grow
    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(2000))
    assert limited_account.letters() == []
    assert limited_account.missing_from_books() == 0


def test_what_one_step_came_to_is_kept_while_redis_is_away(environment):
    """The step is done, and that is known: it must not be done again."""
    name = "two-steps"
    environment.emulator.order("accounts", account(name, 200))
    configure(environment, {
        "connectors": {name: connector(name, environment.emulator.url)},
        "destinations": {name: {**export(), "audience": "members", "connector": name, "max_age": 60}},
    })  # fmt: skip
    environment.emulator.fault(name, "latency", function=MERGE, when="after", seconds=0.5)
    way = limited_account(environment, name, name)
    with Producer(broker_url=environment.broker_url) as producer:
        assert not producer.activate_many(activations(people(200)), audience="members").errors
    until(lambda: way.calls())

    environment.kill_redis()
    until(lambda: environment.emulator.outcomes(name, MERGE))
    away = time.monotonic()
    until(lambda: time.monotonic() - away > 2)
    environment.start_redis()
    environment.drain(way)

    assert environment.emulator.outcomes(name, MERGE) == {"answered": 1}
    assert environment.emulator.outcomes(name, FILL) == {"answered": 1}
    assert way.letters() == []


@pytest.mark.parametrize("code", ["SERVICE_UNAVAILABLE", "API_BLOCKED"])
def test_a_refusal_is_kept_while_redis_is_away(environment, code):
    """Nothing was done there, and that is known: no row may end as one whose outcome is unknown."""
    limited_account = environment.open(code.lower().replace("_", "-"))
    rule = {"account": limited_account.name, "function": "triggerCustomEvent"}
    environment.emulator.order("faults", [
        {"kind": "latency", "seconds": 0.5, "times": 1, **rule},
        {"kind": "error", "times": 1, "errorCode": code, **rule},
    ])  # fmt: skip
    limited_account.activate(people(200))
    until(lambda: environment.emulator.fired())

    environment.kill_redis()
    until(lambda: environment.emulator.outcomes(limited_account.name))
    away = time.monotonic()
    until(lambda: time.monotonic() - away > 2)
    environment.start_redis()
    until(
        lambda: {batch["state"] for batch in environment.batches()} != {"begun"}, within=on_this_machine(10)
    )
    scope = ("destination", limited_account.name)
    until(lambda: (scope in environment.records.load().holds) == (code == "API_BLOCKED"), what="the hold")
    environment.resume(*scope)
    environment.drain(limited_account)

    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(200))
    assert limited_account.letters() == []
