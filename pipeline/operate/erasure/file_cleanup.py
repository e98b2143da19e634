"""File cleanup: deleted data also leaves the append-only file and SQLite's log, as far as that is simple."""

import time
from contextlib import closing

import redis
from sqlalchemy import Engine

PAUSE = 0.1  # seconds


def rewrite(client: redis.Redis, deadline: float) -> str:
    """Have Redis write its append-only file anew: "off", "started", or why it did not."""
    try:
        while (state := client.info("persistence"))["aof_rewrite_in_progress"]:
            if time.monotonic() > deadline:
                return "an earlier rewrite is still under way"
            time.sleep(PAUSE)
        if not state["aof_enabled"]:
            return "off"
        client.bgrewriteaof()
    except redis.ResponseError as error:
        return str(error)
    return "started"


def checkpoint(engine: Engine) -> None:
    """Empty SQLite's log of writes, unless a connection reads it; its main file keeps no deleted data."""
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as connection:  # in no transaction
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
