"""Refusals of a server that does not serve now, by their codes."""

import pytest
import redis

from pipeline.stores.redis_client import Parser
from pipeline.stores.unready import (
    BusyWithScript,
    ClusterDown,
    Loading,
    PrimaryLost,
    ReadOnlyReplica,
    TooFewReplicas,
    Unready,
    Unwritable,
    explain,
)

IN_REDIS_6 = "ERR Error running script (call to f_1c): @user_script:3: @user_script: 3: "


@pytest.mark.parametrize(
    ("text", "kind", "sentence"),
    [
        (
            "MISCONF Errors writing to the AOF file",
            Unwritable,
            "cannot write its file: make room on its disk",
        ),
        ("READONLY You can't write", ReadOnlyReplica, "is a read-only replica"),
        (f"{IN_REDIS_6}-READONLY You can't write", ReadOnlyReplica, "is a read-only replica"),
        ("UNBLOCKED force unblock from blocking operation", ReadOnlyReplica, "is a read-only replica"),
        ("MASTERDOWN Link with MASTER is down", PrimaryLost, "is a replica that has lost its primary"),
        ("CLUSTERDOWN The cluster is down", ClusterDown, "belongs to a cluster that is down"),
        ("NOREPLICAS Not enough good replicas", TooFewReplicas, "has too few replicas"),
        ("LOADING Redis is loading", Loading, "is loading its file"),
        ("BUSY Redis is busy", BusyWithScript, "is busy with a script"),
    ],
)
def test_a_server_that_does_not_serve_counts_as_one_that_is_away_and_is_named(text, kind, sentence):
    error = Parser.parse_error(text)

    assert type(error) is kind
    assert isinstance(error, redis.ConnectionError)
    assert explain(error).startswith(f"the Redis server {sentence}")


@pytest.mark.parametrize("text", [f"{IN_REDIS_6}-WRONGTYPE Operation", f"{IN_REDIS_6}bad argument", "ERR no"])
def test_an_error_of_a_value_stays_one(text):
    error = Parser.parse_error(text)

    assert type(error) is redis.ResponseError
    assert not isinstance(error, Unready)


@pytest.mark.parametrize("text", ["NOAUTH Authentication required.", "WRONGPASS invalid password"])
def test_a_password_that_does_not_fit_is_named(text):
    assert explain(Parser.parse_error(text)).startswith("the Redis server refuses the password, or asks")


def test_a_server_that_is_away_is_not_called_anything_else():
    assert explain(redis.TimeoutError("late")) == "the Redis server cannot be reached (late)"
