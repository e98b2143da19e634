"""What workers say of the SQL store to whoever asks for the status.

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
    with suppress(redis.RedisError):  # who cannot be told cannot be told
        client.set("note:sql", reason(error), ex=LIFE)


def reason(error: SQLAlchemyError) -> str:
    """Say in a line what the database said of itself; what it says of data is left out."""
    if not isinstance(error, (OperationalError, InternalError)):
        return type(error).__name__
    return (str(error.orig).strip().splitlines() or [type(error).__name__])[0][:LONGEST]


def read(client: redis.Redis) -> str:
    """Return why the SQL store cannot be written to; "" when nobody says so."""
    return decoded(client.get("note:sql") or b"")
