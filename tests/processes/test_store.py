"""The SQL store does not answer just when there is an outcome to record."""

import sqlite3
import time

import pytest

from tests.processes.house import until
from tests.processes.outlet import people


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
