"""pipeline.alerts.sql_outage: SQL takes nothing, and people are told all the same, once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from pipeline.alerts.documents import open_alerts
from pipeline.alerts.sql_outage import KEY
from tests.processes.environment import until

RULE = {"rule": "store", "channels": ["ops"], "clear_after": 0}


@pytest.fixture
def away(watching):
    """A process whose SQL store is away since a moment ago."""
    watching.configure(store=RULE)
    watch = watching.another_process()
    watch.remember()
    engine = create_engine("postgresql+psycopg://127.0.0.1:1/nothing")
    watch._engine, watch._load = engine, lambda: engine.connect()
    yield watch
    engine.dispose()


def pass_seconds(watching, seconds):
    """Let the outage have begun earlier, and let a look be due."""
    redis = watching.environment.redis
    since = datetime.fromisoformat(redis.hget(KEY, "since").decode())
    redis.hset(KEY, "since", (since - timedelta(seconds=seconds)).isoformat())
    redis.delete("turn:alerts")


def test_channels_are_told_once_and_of_the_end_too(watching, away):
    away.tick()
    assert watching.hooks.posted == []  # a short lock is no outage
    pass_seconds(watching, 16)
    away.tick()
    until(lambda: watching.hooks.types == ["alert.opened"])
    until(lambda: watching.environment.redis.hlen(KEY) == 2)
    pass_seconds(watching, 60)
    away.tick()
    assert watching.hooks.types == ["alert.opened"]

    watching.watch.look()
    watching.send()

    assert watching.hooks.types == ["alert.opened", "alert.closed"]
    assert watching.environment.redis.exists(KEY) == 0
    assert "the SQL store takes nothing" in watching.hooks.posted[0].document["alert"]["text"]
    assert watching.hooks.posted[1].document["alert"]["text"].startswith("over after ")


def test_a_channel_that_does_not_take_it_is_told_later(watching, away):
    watching.hooks.answers = [500]
    away.tick()
    pass_seconds(watching, 16)
    away.tick()
    until(lambda: len(watching.hooks.posted) == 1)
    watching.environment.redis.delete(f"{KEY}:store ops")
    pass_seconds(watching, 1)

    away.tick()

    until(lambda: watching.hooks.types == ["alert.opened"] * 2)


def test_a_short_lock_leaves_nothing(watching, away):
    away.tick()

    watching.watch.look()

    assert watching.environment.redis.exists(KEY) == 0
    assert open_alerts(watching.environment.engine) == []


def test_a_store_that_can_be_read_and_not_written_to_is_away_too(watching, monkeypatch):
    """As a locked SQLite file: workers note that they cannot write, and no state can be written either."""
    watching.configure(store=RULE)
    watching.environment.redis.set("note:sql", "database is locked")
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.alerts.states.write_state", locked)
        watching.watch.tick()
        pass_seconds(watching, 16)
        watching.watch.tick()
        until(lambda: watching.environment.redis.hlen(KEY) == 2)
        pass_seconds(watching, 60)
        watching.watch.tick()
    watching.environment.redis.delete("note:sql")

    watching.watch.look()
    watching.send()

    assert watching.hooks.types == ["alert.opened", "alert.closed"]


def locked(*_):
    raise OperationalError("UPDATE", None, Exception("database is locked"))
