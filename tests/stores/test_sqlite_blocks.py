"""pipeline.stores.sqlite_blocks: as many rows as there are, whatever a statement can hold."""

import sqlite3

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from pipeline.stores.sqlite_blocks import BLOCK, insert_blocks

STATEMENT = "INSERT INTO things (id, name, kind) VALUES {rows} ON CONFLICT (id) DO NOTHING"
ROW = "(?, ?, 7)"


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(
            text("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind INTEGER)")
        )
        yield connection
    engine.dispose()


@pytest.mark.parametrize("amount", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 7])
def test_each_row_is_inserted_once_and_only_new_ones_count(connection, amount):
    rows = [(number, f"{{name}} {number}?") for number in range(amount)]

    assert insert_blocks(connection, STATEMENT, ROW, rows) == amount
    assert insert_blocks(connection, STATEMENT, ROW, [*rows, (amount, "new")]) == 1

    stored = connection.execute(text("SELECT id, name FROM things WHERE kind = 7 ORDER BY id")).all()
    assert stored == [*rows, (amount, "new")]


def test_a_library_that_takes_few_values_gets_smaller_blocks(connection):
    driver = connection.connection.driver_connection
    driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 5)

    assert insert_blocks(connection, STATEMENT, ROW, [(number, "x") for number in range(7)]) == 7


def test_an_error_is_that_of_sqlalchemy_without_values(connection):
    with pytest.raises(IntegrityError) as raised:
        insert_blocks(connection, STATEMENT, ROW, [(1, "secret"), (2, None)])

    assert "secret" not in str(raised.value)
