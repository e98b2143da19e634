"""Redis for pages: a server that hangs is found out in two seconds, not after every try of every script."""

import redis
from flask import current_app

from pipeline.web.api.activations import IntakeDoor


def answering_redis() -> redis.Redis:
    """Return a client of a server that answers; raises RedisError at once for one that does not."""
    door: IntakeDoor = current_app.extensions["intake"]
    door.client.ping()
    return door.client
