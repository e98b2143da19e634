"""Open the SQL store: SQLite in the data folder, or PostgreSQL by its URL."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Dialect,
    Engine,
    PoolProxiedConnection,
    column,
    create_engine,
    inspect,
    make_url,
    select,
    table,
    text,
)
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from pipeline.errors import Misconfigured
from pipeline.stores.driver_errors import as_sqlalchemy, sqlalchemy_error
from pipeline.stores.sqlite import open_sqlite
from pipeline.stores.store_failure import mark_errors, shown, unusable

CONNECT_TIMEOUT = 10  # seconds
MIGRATING = threading.Lock()  # Alembic keeps its context in a global
MIGRATION_LOCK = 6_034_127  # any number; the process with this lock in PostgreSQL migrates


@dataclass(frozen=True)
class Lineage:
    """Migrations of one set of tables; two sets may share a database."""

    package: str
    version_table: str


MAIN = Lineage("pipeline.stores.migrations", "alembic_version")
EVENTS = Lineage("pipeline.stores.event_migrations", "alembic_event_version")


def open_database(url: str, setting: str = "ACTIVATION_DATABASE_URL") -> Engine:
    """Return an engine for ``url``; SQLite's folder and file are made, PostgreSQL is not yet called.

    On SQLite a transaction takes the write lock when it begins: two that first read and then write would
    otherwise lock each other out. ``reading`` is for those that only read.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise Misconfigured(f"{setting} is not a database URL") from None
    if parsed.get_backend_name() == "sqlite":
        try:
            engine = open_sqlite(parsed, setting)
        except (OSError, SQLAlchemyError) as error:
            raise unusable(parsed, error) from error
    elif parsed.drivername in ("postgresql", "postgresql+psycopg"):
        engine = open_postgresql(parsed.set(drivername="postgresql+psycopg"))
    else:
        raise Misconfigured(f'{setting}: "{parsed.drivername}" is neither sqlite nor postgresql')
    mark_errors(engine)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Connect for a transaction that only reads, and so waits for no writer."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.connection.cursor().execute("BEGIN")  # locks nothing yet
        yield connection


@dataclass(frozen=True)
class Driver:
    """The driver's own connection, for plain statements: SQLAlchemy takes three times as long over them."""

    dialect: Dialect
    connection: PoolProxiedConnection

    def exec_driver_sql(self, statement: str, parameters: Any) -> Any:
        """Run a statement, once or for each of a list of parameters."""
        cursor = self.connection.cursor()
        run = cursor.executemany if isinstance(parameters, list) else cursor.execute
        run(statement, parameters)
        return cursor


@contextmanager
def driver(engine: Engine) -> Iterator[Driver]:
    """Run plain statements in one transaction; errors are SQLAlchemy's, as always."""
    dialect = engine.dialect
    with as_sqlalchemy(engine):
        connection = engine.raw_connection()
    try:
        dialect.do_begin(connection)
        yield Driver(dialect, connection)
        connection.commit()
    except dialect.loaded_dbapi.Error as error:
        if dialect.is_disconnect(error, connection, None):
            connection.invalidate(error)
        raise sqlalchemy_error(engine, error) from error
    finally:
        connection.close()  # rolls back changes that were not committed


def migrate(engine: Engine, lineage: Lineage = MAIN) -> None:
    """Bring the tables up to date; of several processes at once, one does it while the rest wait.

    Raises Misconfigured when the database cannot be reached or was made by a newer program.
    """
    try:
        revision = stored_revision(engine, lineage)
        if revision is None or revision != revisions(lineage)[-1]:
            refuse_newer(engine, revision, lineage)
            upgrade(engine, lineage)
    except SQLAlchemyError as error:
        raise unusable(engine.url, error) from error


def stored_revision(engine: Engine, lineage: Lineage = MAIN) -> str | None:
    """Return the last migration that was applied; None: the database has no table yet."""
    with reading(engine) as connection:
        if not inspect(connection).has_table(lineage.version_table):
            return None
        versions = table(lineage.version_table, column("version_num"))
        revision: str | None = connection.scalar(select(versions.c.version_num))
        return revision


@cache
def revisions(lineage: Lineage = MAIN) -> tuple[str, ...]:
    """Return the migrations of this program, oldest first, by the names of their files."""
    names = (path.name for path in files(f"{lineage.package}.versions").iterdir())
    return tuple(sorted(name.partition("_")[0] for name in names if name[0].isdigit()))


def refuse_newer(engine: Engine, revision: str | None, lineage: Lineage) -> None:
    """Raise Misconfigured for a migration that this program does not know."""
    known = revisions(lineage)
    if revision is not None and revision not in known:
        raise Misconfigured(
            f"{shown(engine.url)} was made by a newer version of this program: its tables are those of "
            f'revision "{revision}", this version knows them up to "{known[-1]}"; '
            "use the newer version, or a database of its own for this one"
        )


def upgrade(engine: Engine, lineage: Lineage) -> None:
    """Apply the migrations that are missing, in one transaction."""
    from alembic import command  # 0.2 s of CPU, which only the first start after an upgrade spends
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", ":".join(lineage.package.rsplit(".", 1)))
    with MIGRATING, engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        config.attributes.update(connection=connection, version_table=lineage.version_table)
        command.upgrade(config, "head")


def open_postgresql(url: URL) -> Engine:
    """Return an engine that notices connections which died in the pool."""
    options: dict[str, Any] = {"application_name": "activation"}
    if "connect_timeout" not in url.query:
        options["connect_timeout"] = CONNECT_TIMEOUT
    return create_engine(url, pool_pre_ping=True, connect_args=options, hide_parameters=True)
