"""The ledger for people: files of an import, and the quarantined lines of one file."""

from typing import Any

from sqlalchemy import Engine, Select, select

from pipeline.stores.database import reading
from pipeline.stores.event_tables import event_files, event_lines

STATES = ("waiting", "fetched", "landed", "failed", "ignored")


def files_of(engine: Engine, name: str, state: str | None = None) -> list[dict[str, Any]]:
    """Return the files of an import, newest last."""
    return rows_of_files(engine, files_query(name, state).order_by(event_files.c.id))


def files_query(name: str, state: str | None) -> Select[Any]:
    """Return the query of the files of an import."""
    files = event_files.c
    columns = (
        files.id, files.path, files.state, files.reason, files.lines, files.events, files.new,
        files.quarantined, files.account, files.feed, files.listed_at, files.landed_at,
    )  # fmt: skip
    query = select(*columns).where(files.import_name == name)
    return query.where(files.state == state) if state else query


def rows_of_files(engine: Engine, query: Select[Any]) -> list[dict[str, Any]]:
    """Return the rows of a query."""
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def newest_files(engine: Engine, name: str, state: str | None, most: int) -> list[dict[str, Any]]:
    """Return the newest files of an import, at most ``most``, newest first."""
    return rows_of_files(engine, files_query(name, state).order_by(event_files.c.id.desc()).limit(most))


def has_file(engine: Engine, name: str, file: int) -> bool:
    """Tell whether a file of the ledger is of an import."""
    files = event_files.c
    with reading(engine) as connection:
        found = select(files.id).where(files.id == file, files.import_name == name)
        return connection.scalar(found) is not None


def lines_of(engine: Engine, file: int) -> list[dict[str, Any]] | None:
    """Return the quarantined lines of a file; None: the ledger has no such file."""
    lines = event_lines.c
    query = select(lines.line, lines.reason, lines.text).where(lines.file == file).order_by(lines.line)
    with reading(engine) as connection:
        if connection.scalar(select(event_files.c.id).where(event_files.c.id == file)) is None:
            return None
        return [dict(row) for row in connection.execute(query).mappings()]
