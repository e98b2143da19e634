"""Servers that answer and do not serve now, as in a fail-over: each refusal with its name.

Redis says so by a code, the first word of an error. All of these count as connections that broke: redis-py
closes them, so that the next try connects again, perhaps to another server.
"""

from collections.abc import Mapping

import redis


class Unready(redis.ConnectionError):
    """A server that may serve a moment later."""

    means = "refuses for now"


class Unwritable(Unready):
    """A server that cannot write its file refuses every change, and even PING."""

    means = "cannot write its file: make room on its disk"


class ReadOnlyReplica(Unready):
    """A server that was demoted, or has not been promoted yet."""

    means = "is a read-only replica: it takes changes again when its fail-over has ended"


class PrimaryLost(Unready):
    """A replica without its primary that is told not to answer from old data."""

    means = "is a replica that has lost its primary: it serves again when its fail-over has ended"


class ClusterDown(Unready):
    """A node of a cluster in which slots have no node."""

    means = "belongs to a cluster that is down"


class TooFewReplicas(Unready):
    """A primary with fewer replicas than it must have, by its own configuration or by ours."""

    means = "has too few replicas to take changes: bring them back"


class Loading(redis.BusyLoadingError, Unready):
    """A server that has just started."""

    means = "is loading its file"


class BusyWithScript(Unready):
    """A server that a script keeps from answering."""

    means = "is busy with a script"


BY_CODE: Mapping[str, type[Unready]] = {
    "MISCONF": Unwritable,
    "READONLY": ReadOnlyReplica,
    "UNBLOCKED": ReadOnlyReplica,  # waiting commands end with it in the moment of the demotion
    "MASTERDOWN": PrimaryLost,
    "CLUSTERDOWN": ClusterDown,
    "TRYAGAIN": ClusterDown,
    "NOREPLICAS": TooFewReplicas,
    "LOADING": Loading,
    "BUSY": BusyWithScript,
}
IN_SCRIPT = "ERR Error running script"  # as Redis 6.2 wraps an error of a command in a script


def code_in_script(response: str) -> str | None:
    """Return the error within an error of a script, as later servers return it; None if it is another.

    Redis 6.2: "ERR Error running script (call to f_1): @user_script:3: @user_script: 3: -READONLY You can't".
    """
    if not response.startswith(IN_SCRIPT):
        return None
    inner = response.rpartition(": -")[2]
    return inner if inner.partition(" ")[0] in BY_CODE else None


def meaning_of(error: redis.RedisError) -> str | None:
    """Return the state of a server that refuses, as "is a read-only replica"; None for another error."""
    if isinstance(error, Unready):
        return error.means
    if isinstance(error, redis.AuthenticationError):
        return "refuses the password, or asks for one"
    return None


def explain(error: redis.RedisError) -> str:
    """Describe the server's trouble in one sentence, with the server's own words."""
    meaning = meaning_of(error)
    if meaning is not None:
        return f"the Redis server {meaning} ({error})"
    if isinstance(error, redis.ConnectionError | redis.TimeoutError):
        return f"the Redis server cannot be reached ({error})"
    return f"the Redis server refused ({type(error).__name__}: {error})"
