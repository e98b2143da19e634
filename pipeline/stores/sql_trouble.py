"""Notes of workers about the SQL store, for the status.

Keys
    note:sql   why a worker could not write to it; there for as long as it was so a moment ago
"""

from contextlib import suppress

import redis
from sqlalchemy.exc import InternalError, OperationalError, SQLAlchemyError

from pipeline.stores.broker import decoded

LIFE = 15  # seconds; a worker with something to write tries every second, any other every ten
LONGEST = 200  # characters


def leave(client: redis.Redis, error: SQLAlchemyError | None) -> None:
    """Say that the SQL store could not be written to, or (None) that it can again."""
    if error is None:
        with suppress(redis.RedisError):
            client.delete("note:sql")
        return
    with suppress(redis.RedisError):  # without Redis there is no place for the note
        client.set("note:sql", reason(error), ex=LIFE)


def reason(error: SQLAlchemyError) -> str:
    """Return the database's first line on its own trouble; for an error that may quote data, the name."""
    if not isinstance(error, (OperationalError, InternalError)):
        return type(error).__name__
    return (str(error.orig).strip().splitlines() or [type(error).__name__])[0][:LONGEST]


def read(client: redis.Redis) -> str:
    """Return why the SQL store cannot be written to; "" without a note of a worker."""
    return decoded(client.get("note:sql") or b"")
