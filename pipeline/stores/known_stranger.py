"""A Redis of another installation, as a producer on the command line finds it out.

The producer needs Redis alone, so the store is not made, and of a SQLite file only the id is read: SQLAlchemy
would be half of the start.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import redis

from pipeline.errors import Misconfigured
from pipeline.stores.broker import decoded, server_name

KEY = "installation"
SQLITE = "sqlite:///"
PATIENCE = 5  # seconds for another process' lock


def refuse_known_stranger(url: str, client: redis.Redis) -> None:
    """Raise Misconfigured if the SQL store of ``url`` is there, answers, and is not the one of this Redis."""
    theirs = id_in(client)
    if not theirs:
        return
    own, store = id_in_file(url) if url.startswith(SQLITE) else id_in_server(url)
    if own and own != theirs:
        raise foreign(store, client, own, theirs)


def id_in(client: redis.Redis) -> str:
    """Return the id that a Redis has; "": it belongs to no store yet."""
    return decoded(client.get(KEY) or b"")


def id_in_file(url: str) -> tuple[str, str]:
    """Return the id in a SQLite file, "" if there is none or the file cannot be read; and the file's URL."""
    store = url.partition("?")[0]
    path = Path(store.removeprefix(SQLITE)).absolute()
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=PATIENCE)) as connection:
            row = connection.execute("SELECT id FROM installation").fetchone()
    except sqlite3.Error:
        return "", store
    return (row[0] or "" if row else ""), store


def id_in_server(url: str) -> tuple[str, str]:
    """Return the id in another SQL store, "" if it does not answer; and its URL without password."""
    from sqlalchemy.exc import SQLAlchemyError

    from pipeline.stores.database import open_database
    from pipeline.stores.installation import stored_id
    from pipeline.stores.store_failure import shown

    engine = open_database(url)
    try:
        return stored_id(engine), shown(engine.url)
    except SQLAlchemyError:
        return "", shown(engine.url)
    finally:
        engine.dispose()


def foreign(store: str, client: redis.Redis, own: str, theirs: str) -> Misconfigured:
    """Return the refusal of a Redis with the id of another store."""
    return Misconfigured(
        f"the Redis server at {server_name(client)} belongs to installation {theirs}, the SQL store "
        f"{store} to installation {own}: use the two that belong together, or take this Redis "
        "over for this store with `activation adopt`"
    )
