"""A long reading of one state of the store, row by row, whatever is written meanwhile."""

from contextlib import AbstractContextManager

from sqlalchemy import Connection, Engine

from pipeline.stores.database import reading

ROWS_AT_ONCE = 10_000


def snapshot(engine: Engine) -> AbstractContextManager[Connection]:
    """Connect for a reading in constant memory."""
    if engine.dialect.name == "sqlite":
        return reading(engine)
    options = {"isolation_level": "REPEATABLE READ", "stream_results": True, "yield_per": ROWS_AT_ONCE}
    return engine.execution_options(**options).connect()
