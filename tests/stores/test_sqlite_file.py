"""A SQLite store whose file is removed, replaced or put back while connections to it are open."""

import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from pipeline.stores import tables
from pipeline.stores.database import driver, reading
from pipeline.stores.store_failure import in_words, store_of
from pipeline.stores.upsert import insert_new
from tests.processes import ROOT
from tests.stores.test_data_folder import AS_USERS_DO

ROW = {"number": 1, "id": "abc", "key_check": None}


@pytest.fixture
def path(sqlite):
    return Path(sqlite.url.database)


def count(engine):
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(tables.installation))


def store(engine):
    with engine.begin() as connection:
        insert_new(connection, tables.installation, ROW)


@contextmanager
def moved(path):
    """Have a file away for a while."""
    away = path.rename(path.with_suffix(".away"))
    yield
    away.rename(path)


def test_nothing_is_stored_in_a_file_that_was_removed(sqlite, path):
    assert count(sqlite) == 0
    with moved(path):
        for write in (store, count, lambda engine: driver(engine).__enter__()):
            with pytest.raises(OperationalError, match="its file is not there any more"):
                write(sqlite)
        assert not path.exists()
    store(sqlite)

    assert count(sqlite) == 1


def test_a_file_in_its_place_is_the_store_from_then_on(sqlite, path, sqlite_template):
    store(sqlite)
    shutil.copy(sqlite_template, path.with_suffix(".other"))
    for companion in ("-wal", "-shm"):  # of the file before, as a restoring must
        path.with_name(path.name + companion).unlink()
    path.with_suffix(".other").replace(path)

    assert count(sqlite) == 0


def test_errors_tell_their_store_and_the_way_out(sqlite, path):
    with moved(path), pytest.raises(OperationalError) as gone:
        count(sqlite)
    with pytest.raises(OperationalError) as plain, driver(sqlite) as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere", ())

    assert store_of(gone.value) == store_of(plain.value) == sqlite.url
    assert in_words(gone.value) == (
        f"the database sqlite:///{path} cannot be used: its file is not there any more; bring it back; to "
        "begin with an empty one, restart what uses it"
    )
    assert in_words(plain.value).endswith(
        "no such table: nowhere; bring back the file that was there, and restart what uses it"
    )


# In a process without the rights of root: the file may not be written, then it may again.
READING = """
import sys
from pathlib import Path
from sqlalchemy.exc import OperationalError
from pipeline.stores.database import driver, open_database

path = Path(sys.argv[1])
path.chmod(0o400)
engine = open_database(f"sqlite:///{path}")


def write():
    with driver(engine) if sys.argv[2] == "driver" else engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM installation", ())


try:
    write()
    raise AssertionError
except OperationalError as error:
    assert "readonly database" in str(error)
path.chmod(0o600)
write()
"""


@pytest.mark.skipif(bool(AS_USERS_DO) and not shutil.which("setpriv"), reason="root may write everywhere")
@pytest.mark.parametrize("way", ["engine", "driver"])
def test_a_file_that_may_be_written_again_is_written(sqlite, path, way):
    store(sqlite)
    sqlite.dispose()
    command = [*AS_USERS_DO, sys.executable, "-c", READING, str(path), way]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert ended.returncode == 0, ended.stderr
    assert count(sqlite) == 0
