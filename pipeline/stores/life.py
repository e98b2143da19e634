"""Lives of workers, so that work in the hands of a worker that was killed is told from work that takes long.

Keys
    alive:{worker}   there while the process lives, and for some seconds afterwards
"""

import uuid

import redis

LIFE_SECONDS = 15  # without a sign of life; a worker gives one every five seconds


class Life:
    """The life of this process."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self.worker = uuid.uuid4().hex

    def show(self) -> None:
        """Give a sign of life."""
        self._client.set(key(self.worker), "1", ex=LIFE_SECONDS)


def key(worker: str) -> str:
    """Name the key of a worker."""
    return f"alive:{worker}"
