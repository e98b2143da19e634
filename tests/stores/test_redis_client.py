"""A server that is full, or cannot write its file: real ones."""

import pytest
import redis as redis_py

from pipeline.stores.broker import connect
from pipeline.stores.scripts import Scripts, source
from pipeline.stores.unready import ReadOnlyReplica
from tests.builders import configure


@pytest.fixture
def full(redis):
    """A server that refuses what may need memory."""
    redis.config_set("maxmemory", 1)
    yield redis
    redis.config_set("maxmemory", 0)


def test_a_full_server_takes_what_is_not_an_activation(full):
    """Locks, doorbells and notes are needed to send what waits, which makes room."""
    assert full.set("turn:intake", "1", nx=True, px=60_000) is True
    assert full.set("turn:intake", "2", nx=True, px=60_000) is None
    assert full.hset("connector:acme", "stopped", "") == 1
    assert full.get("turn:intake") == b"1"


def test_a_full_server_takes_a_transaction(full):
    with full.pipeline() as pipe:
        pipe.delete("audiences")
        pipe.sadd("audiences", "a", "b")
        pipe.set("note", b"\x00\xff", ex=60)
        assert pipe.execute() == [0, 2, True]

    assert full.smembers("audiences") == {b"a", b"b"}
    assert full.get("note") == b"\x00\xff"


def test_a_full_server_runs_our_scripts_when_they_are_to_make_room(full):
    configure(full)
    with pytest.raises(redis_py.OutOfMemoryError):
        full.eval(source("flush"), 0, "lapsed")
    Scripts(full).run("flush", args=["lapsed"])

    assert full.hexists("destination:lapsed", "flush_until")


def test_what_is_read_after_a_script_comes_from_a_full_server_too(full):
    configure(full)
    full.config_set("maxmemory", 0)
    full.hset("known", "a", 1)
    full.config_set("maxmemory", 1)

    answers = Scripts(full).run("flush", args=["lapsed"], reads=[("HMGET", "known", "a"), ("LLEN", "none")])

    assert answers == [0, [b"1"], 0]


def test_a_server_that_takes_no_change_counts_as_one_that_is_away(server_url, redis):
    """A replica refuses as a server does whose disk is full, and that one even a PING."""
    redis.config_set("replica-serve-stale-data", "yes")
    redis.replicaof("127.0.0.1", "1")
    try:
        with connect(server_url) as client, pytest.raises(ReadOnlyReplica):
            client.set("a", "b")
    finally:
        redis.replicaof("NO", "ONE")
