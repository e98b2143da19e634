import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from pipeline.errors import Misconfigured
from pipeline.stores import migrations, tables
from pipeline.stores.database import EVENTS, MAIN, driver, migrate, open_database, reading, revisions
from pipeline.stores.sqlite import SMALL_LOG, give_room
from pipeline.stores.upsert import insert_new
from tests.fixtures.migrations import upgrade
from tests.processes import run_at_once

pytestmark = pytest.mark.usefixtures("real_migrations")

MIGRATE = """
import sys
from pipeline.stores.database import migrate, open_database
print("ready", flush=True)
input()
engine = open_database(sys.argv[1])
migrate(engine)
engine.dispose()
"""
LETTER = {
    "id": "1", "created_at": datetime(2026, 11, 21, tzinfo=UTC), "audience": "a", "profile_id": "p",
    "code": "Timeout", "detail": "", "activation": "{}", "state": "open",
}  # fmt: skip
ROOM = ("cache_size", "wal_autocheckpoint", "journal_size_limit")
FOLD = {"id": "1", "at": datetime(2026, 11, 21, tzinfo=UTC)}


def test_a_large_transaction_is_given_room(database_url):
    engine = open_database(database_url)
    try:
        with engine.begin() as connection:
            give_room(connection)
            if connection.dialect.name == "sqlite":
                told = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ROOM]
                assert told == [-16_000, 64_000, -1]
    finally:
        engine.dispose()


def test_a_log_that_had_room_is_cut_by_the_next_writer(tmp_path):
    engine, log = open_database(f"sqlite:///{tmp_path}/a.db"), tmp_path / "a.db-wal"
    with engine.connect() as other:
        with engine.begin() as connection:
            give_room(connection)
            connection.exec_driver_sql("CREATE TABLE blobs AS SELECT zeroblob(40 << 20) AS blob")
        assert log.stat().st_size > SMALL_LOG

        for blob in (
            "one",
            "two",
        ):  # the first moves the log's pages into the file, the second begins it anew
            with other.begin():
                other.exec_driver_sql("INSERT INTO blobs VALUES (?)", (blob,))

    assert log.stat().st_size == SMALL_LOG
    engine.dispose()


def test_migrations_lead_to_the_tables(database_url):
    engine = open_database(database_url)

    migrate(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
        assert connection.execute(select(tables.catalog)).all() == [(1, 0)]
    engine.dispose()


@pytest.mark.parametrize("lineage", [MAIN, EVENTS], ids=["main", "events"])
def test_other_tests_have_the_tables_that_migrations_make(tmp_path, lineage):
    """See tests/fixtures/migrations.py."""
    made = []
    for number, make in enumerate((migrate, upgrade)):
        engine = open_database(f"sqlite:///{tmp_path}/{number}.db")
        make(engine, lineage)
        made.append(sorted(engine.raw_connection().driver_connection.iterdump()))
        engine.dispose()

    assert made[0] == made[1]


def test_migrating_again_keeps_what_is_stored(database_url):
    engine = open_database(database_url)
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(insert(tables.folds), FOLD)

    migrate(engine)

    with reading(engine) as connection:
        assert connection.execute(select(tables.folds)).all() == [tuple(FOLD.values())]
    engine.dispose()


def test_processes_that_start_at_once_do_not_disturb_each_other(database_url):
    run_at_once(4, MIGRATE, database_url)

    engine = open_database(database_url)
    assert set(inspect(engine).get_table_names()) == {"alembic_version", *tables.metadata.tables}
    engine.dispose()


def test_a_database_of_a_newer_version_is_refused(database_url):
    engine = open_database(database_url)
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(Misconfigured) as caught:
        migrate(engine)

    assert str(caught.value).startswith(engine.url.render_as_string(hide_password=True).partition("?")[0])
    assert str(caught.value).endswith(
        'was made by a newer version of this program: its tables are those of revision "9999", '
        f'this version knows them up to "{revisions()[-1]}"; '
        "use the newer version, or a database of its own for this one"
    )
    engine.dispose()


def test_files_of_migrations_are_named_by_their_revision():
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))

    assert revisions() == tuple(reversed([script.revision for script in scripts.walk_revisions()]))


def test_a_database_of_the_version_before_is_upgraded_with_its_dead_letters(database_url):
    engine = open_database(database_url)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", "pipeline.stores:migrations")
        command.upgrade(config, "0002")
        connection.execute(insert(tables.dead_letters), LETTER)

    migrate(engine)

    with reading(engine) as connection:
        assert connection.scalar(select(tables.dead_letters.c.id)) == LETTER["id"]
        assert connection.execute(select(tables.open_letters)).all() == [("", "", LETTER["code"], 1)]
        names = {index["name"] for index in inspect(connection).get_indexes("dead_letters")}
    assert names == {index.name for index in tables.dead_letters.indexes}
    engine.dispose()


def test_the_sqlite_file_and_its_companions_are_for_their_owner_only(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path}/new/activation.db")
    migrate(engine)

    with engine.begin():
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}

    assert modes == {"activation.db": 0o600, "activation.db-wal": 0o600, "activation.db-shm": 0o600}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    engine.dispose()


def test_two_that_read_and_then_write_wait_for_each_other(engine):
    """SQLite refuses the second one at once when both began by reading."""
    table = tables.catalog

    def count_up():
        for _ in range(20):
            with engine.begin() as connection:
                version = connection.scalar(select(table.c.version).with_for_update())
                connection.execute(table.update().values(version=version + 1))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with reading(engine) as connection:
        assert connection.scalar(select(table.c.version)) == 80


def test_reading_does_not_wait_for_a_writer(engine):
    with engine.begin() as writer:
        writer.execute(insert(tables.folds), FOLD)

        with reading(engine) as connection:
            assert connection.execute(select(tables.folds)).all() == []


def test_plain_statements_are_one_transaction(engine):
    def folds():
        with reading(engine) as connection:
            return connection.execute(select(tables.folds.c.id)).scalars().all()

    def fail():
        with driver(engine) as plain:
            insert_new(plain, tables.folds, FOLD)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail()
    assert folds() == []

    with driver(engine) as plain:
        assert insert_new(plain, tables.folds, FOLD)
        assert not insert_new(plain, tables.folds, FOLD)
    assert folds() == ["1"]


def test_errors_of_plain_statements_are_those_of_all_others(engine):
    with engine.begin() as connection, pytest.raises(DBAPIError) as usual:
        connection.exec_driver_sql("nonsense")

    with pytest.raises(DBAPIError) as caught, driver(engine) as plain:
        plain.exec_driver_sql("nonsense", ())

    assert type(caught.value) is type(usual.value)
    assert type(caught.value.orig) is type(usual.value.orig)


def test_a_connection_that_died_under_plain_statements_is_not_used_again(postgresql):
    with pytest.raises(OperationalError), driver(postgresql) as plain:
        plain.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())", ())

    with driver(postgresql) as plain:
        assert insert_new(plain, tables.folds, FOLD)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "is not a database URL"),
        ("mysql://app:pass-w0rd@db/x", '"mysql" is neither sqlite nor postgresql'),
        ("postgresql+asyncpg://app:pass-w0rd@db/x", '"postgresql+asyncpg" is neither sqlite nor postgresql'),
        ("sqlite://", "SQLite needs a file"),
        ("sqlite:///:memory:", "SQLite needs a file"),
        (
            "sqlite:////dev/null/activation.db",
            "the database sqlite:////dev/null/activation.db cannot be used",
        ),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(url, message):
    with pytest.raises(Misconfigured) as caught:
        open_database(url)

    assert message in str(caught.value)
    assert "pass-w0rd" not in str(caught.value)


def test_a_server_that_does_not_answer_is_named_without_its_password():
    engine = open_database("postgresql://app:pass-w0rd@127.0.0.1:1/activation?application_name=x")

    with pytest.raises(Misconfigured) as caught:
        migrate(engine)

    assert str(caught.value).startswith(
        "the database postgresql+psycopg://app:***@127.0.0.1:1/activation cannot be used: "
    )
    assert "pass-w0rd" not in str(caught.value)
