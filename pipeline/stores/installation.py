"""Installation: an SQL store and the Redis with its rows, which belong together by an id in both.

Keys
    installation   the id of the SQL store that this Redis belongs to

The first command or worker makes the id, also after an upgrade from a version without ids. A Redis with the
id of another installation is refused; ``adopt`` takes it over on purpose.

| Where it stops | Consequence |
|---|---|
| the id is in SQL, not in Redis | the next command or worker writes it there |
| two first commands at once, in one store | the first insert and the first SET win; both read that id |
| two stores' first commands at once, one Redis | the first SET wins; the other command is refused |
| ``adopt`` has written the id, not published the records | the next worker or `apply` publishes them |
| Redis was emptied | it has no id: the next command or worker of any store writes its own, and notes it |
"""

import secrets
from contextlib import suppress

import redis
from sqlalchemy import Engine, select

from pipeline.errors import Misconfigured
from pipeline.stores import emptied, record_tables
from pipeline.stores.broker import server_name
from pipeline.stores.database import reading
from pipeline.stores.known_stranger import KEY, foreign, id_in
from pipeline.stores.store_failure import shown
from pipeline.stores.unready import Unready
from pipeline.stores.upsert import insert_new

ONLY_ROW = 1


class Belonging:
    """The check that a Redis belongs to a store; repeated, it reads one key of Redis."""

    def __init__(self, engine: Engine, client: redis.Redis) -> None:
        self._engine = engine
        self._client = client
        self._id = ""

    def __call__(self) -> None:
        """Raise Misconfigured when Redis belongs to another store; mark one that belongs to none."""
        self._id = self._id or own_id(self._engine)
        theirs = id_in(self._client)
        if not theirs:
            is_new = look_at_unmarked(self._engine, self._client)
            with suppress(Unready):  # other commands report it, and the next check writes
                if not is_new:
                    emptied.leave(self._client)
                self._client.set(KEY, self._id, nx=True)
            theirs = id_in(self._client) or self._id
        if theirs != self._id:
            raise foreign(shown(self._engine.url), self._client, self._id, theirs)


def own_id(engine: Engine) -> str:
    """Return the id of an SQL store, made at the first call."""
    if found := stored_id(engine):
        return found
    with engine.begin() as connection:
        row = {"number": ONLY_ROW, "id": secrets.token_hex(6), "key_check": None}
        insert_new(connection, record_tables.installation, row)
    return stored_id(engine)


def stored_id(engine: Engine) -> str:
    """Return the id of an SQL store; "": it has none yet."""
    with reading(engine) as connection:
        return connection.scalar(select(record_tables.installation.c.id)) or ""


def adopt(engine: Engine, client: redis.Redis) -> None:
    """Make a Redis belong to this store."""
    client.set(KEY, own_id(engine))


def look_at_unmarked(engine: Engine, client: redis.Redis) -> bool:
    """Tell whether a Redis without an id is as the store expects it; False: it has lost its keys.

    The id is written before the first records are. Raises Misconfigured when the store never had records and
    Redis has some.
    """
    with reading(engine) as connection:
        version = connection.scalar(select(record_tables.catalog.c.version)) or 0
    published = int(client.get("catalog") or 0)
    if not version and published:
        raise Misconfigured(
            f"the Redis server at {server_name(client)} has an installation's records, and the SQL store "
            f"{shown(engine.url)} is empty: use the store that was there before (was its file moved, or "
            "ACTIVATION_DATA_DIR or ACTIVATION_DATABASE_URL changed?), or take this Redis over for the empty "
            "one with `activation adopt`"
        )
    return not version or published > 0
