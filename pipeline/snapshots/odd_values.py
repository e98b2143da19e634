"""Values that the driver of a database refuses to read, and so would hold all rows of their query.

Times of PostgreSQL that Python's calendar lacks (infinite ones, years before 1 and after 9999, 24:00) are
read as the text that PostgreSQL writes. Text of SQLite that is none in UTF-8 keeps its bytes as halves of
surrogate pairs, so that its own row is refused.
"""

from typing import Any

from sqlalchemy import Engine, event


def with_odd_values(engine: Engine) -> Engine:
    """Return an engine that reads such values; engines of further databases stay as they are."""
    prepare = {"psycopg": _prepare_postgresql, "pysqlite": _prepare_sqlite}.get(engine.driver)
    if prepare is not None:
        event.listen(engine, "connect", prepare)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.text_factory = lambda raw: raw.decode(errors="surrogateescape")


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    from psycopg.types import datetime as times

    for name, loader in {
        "date": times.DateLoader,
        "time": times.TimeLoader,
        "timetz": times.TimetzLoader,
        "timestamp": times.TimestampLoader,
        "timestamptz": times.TimestamptzLoader,
    }.items():
        connection.adapters.register_loader(name, as_text_where_odd(loader))


def as_text_where_odd(loader: Any) -> type:
    """Return a loader that gives the text of a value that ``loader`` refuses."""
    from psycopg import DataError

    class OddTimeLoader(loader):  # type: ignore[misc] # a class of the driver, which has no stubs here
        def load(self, data: Any) -> Any:
            try:
                return super().load(data)
            except (DataError, ValueError, OverflowError):
                return bytes(data).decode()

    return OddTimeLoader
