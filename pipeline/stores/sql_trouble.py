"""Notes of workers about a SQL store, for the status.

Keys
    note:sql   why a worker could not write to which store; there for as long as it was so a moment ago
"""

from contextlib import suppress

import redis
from sqlalchemy.exc import SQLAlchemyError

from pipeline.stores.broker import decoded
from pipeline.stores.store_failure import reason_at

LIFE = 15  # seconds; a worker with something to write tries every second, any other every ten


def leave(client: redis.Redis, error: SQLAlchemyError | None) -> None:
    """Note that a SQL store could not be written to, or (None) that it can again."""
    if error is None:
        with suppress(redis.RedisError):
            client.delete("note:sql")
        return
    with suppress(redis.RedisError):  # without Redis there is no place for the note
        client.set("note:sql", reason_at(error), ex=LIFE)


def read(client: redis.Redis) -> str:
    """Return why a SQL store cannot be written to, with its URL; "" without a note of a worker."""
    return decoded(client.get("note:sql") or b"")
