"""Asking Redis whether it takes changes, by a write that changes nothing."""

import redis

from pipeline.stores import redis_health

ABSENT = "probe"  # a key that is never there


def require_changeable(client: redis.Redis) -> None:
    """Raise RedisError unless the server takes changes; one that is full takes those that make room."""
    client.delete(ABSENT)


def has_room(client: redis.Redis) -> bool:
    """Tell whether the server takes something in; raises RedisError if it takes no changes at all."""
    require_changeable(client)
    return not redis_health.read(client).full
