from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from pipeline.errors import Misconfigured
from pipeline.model.activation import Invalid
from pipeline.model.plain import variable
from pipeline.model.source import SqlSource
from pipeline.produce.lines import FileLine
from pipeline.produce.many import read_row
from pipeline.snapshots.query import read_query
from pipeline.stores.database import open_database

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TABLE = "CREATE TABLE customers (id BIGINT, email TEXT, tier TEXT, seen TIMESTAMP)"
ROWS = [
    {"id": 1, "email": "ada@example.com", "tier": "gold", "seen": datetime(2026, 11, 10)},
    {"id": 2, "email": None, "tier": None, "seen": datetime(2026, 11, 20)},
]


@pytest.fixture
def source(database_url):
    """A database with two customers, and a source on it."""
    warehouse = open_database(database_url)
    with warehouse.begin() as connection:
        connection.execute(text(TABLE))
        for row in ROWS:
            row = {**row, "seen": str(row["seen"])}
            connection.execute(
                text("INSERT INTO customers VALUES (:id, :email, :tier, CAST(:seen AS TIMESTAMP))")
                if warehouse.dialect.name == "postgresql"
                else text("INSERT INTO customers VALUES (:id, :email, :tier, :seen)"),
                row,
            )
    warehouse.dispose()
    query = "SELECT id AS profile_id, email, tier FROM customers ORDER BY id"
    return SqlSource(name="quiet", audience="lapsed-buyers", url=database_url, query=query, every=60)


def asking(source, query, **changes):
    return list(read_query(replace(source, query=query, **changes), NOON))


def test_rows_are_members(source):
    assert list(read_query(source, NOON)) == [
        FileLine(
            1, {"profile_id": "1", "identifiers": {"email": "ada@example.com"}, "variables": {"tier": "gold"}}
        ),
        FileLine(2, {"profile_id": "2", "identifiers": {}, "variables": {"tier": None}}),
    ]


def test_a_query_may_ask_for_the_time(source):
    """So that "not seen for a week" changes by the clock alone."""
    query = "SELECT id AS profile_id FROM customers WHERE seen < :now ORDER BY id"
    then = datetime(2026, 11, 15, tzinfo=UTC)

    assert len(asking(source, query)) == 2
    assert [line.row["profile_id"] for line in read_query(replace(source, query=query), then)] == ["1"]


def test_columns_may_become_other_names(source):
    columns = {"id": "profile_id", "mail": "email", "tier": "level"}
    [first, _] = asking(source, "SELECT id, email AS mail, tier FROM customers ORDER BY id", columns=columns)

    assert first.row == {
        "profile_id": "1",
        "identifiers": {"email": "ada@example.com"},
        "variables": {"level": "gold"},
    }


@pytest.mark.parametrize(
    ("query", "columns", "problem"),
    [
        ("SELECT nothing FROM nowhere", {}, "its query failed: "),
        ("SELECT id FROM customers WHERE tier = :tier", {}, "its query failed: "),
        ("SELECT id FROM customers", {}, "no column of its result is profile_id; it has: id"),
        ("SELECT id FROM customers", {"key": "profile_id"}, "its result has no column key"),
        ("SELECT id, tier FROM customers", {"id": "profile_id", "tier": "profile_id"},
         "more than one column is profile_id"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_query_is_named(source, query, columns, problem):
    with pytest.raises(Misconfigured, match=f'source "quiet": {problem}'):
        asking(source, query, columns=columns)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("nonsense", "url is not a database URL"),
        ("nosuch://app:pass-w0rd@db/x", "there is no driver for its url"),
        ("mysql+pymysql://app:pass-w0rd@db/x", "there is no driver for its url"),
        ("sqlite:////no/such/file.db", "there is no file /no/such/file.db"),
        ("postgresql://app:pass-w0rd@127.0.0.1:1/x", "its query failed: "),
    ],
)
def test_a_database_that_cannot_be_asked_is_named_without_its_password(url, problem):
    with pytest.raises(Misconfigured, match=problem) as caught:
        list(read_query(SqlSource(name="quiet", audience="a", url=url, query="SELECT 1", every=60), NOON))

    assert "pass-w0rd" not in str(caught.value)


def test_a_query_cannot_change_anything_on_postgresql(source):
    if not source.url.startswith("postgresql"):
        pytest.skip("SQLite has no such transactions")
    with pytest.raises(Misconfigured, match="its query failed"):
        asking(source, "DELETE FROM customers RETURNING id AS profile_id")


def test_a_value_that_the_database_cannot_use_is_not_quoted(source):
    """The message is shown by `activation status`."""
    if not source.url.startswith("postgresql"):
        pytest.skip("SQLite turns anything into a number")
    with pytest.raises(Misconfigured, match="its query failed: InvalidTextRepresentation") as caught:
        asking(source, "SELECT CAST(email AS INTEGER) AS profile_id FROM customers")

    assert "ada" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Decimal("12.50"), 12.5),
        (Decimal("7.00"), 7),
        (date(2026, 11, 21), "2026-11-21"),
        (NOON, "2026-11-21T12:00:00+00:00"),
        (None, None),
        (True, True),
    ],
)
def test_values_become_what_an_activation_can_hold(value, plain):
    assert (variable(value), type(variable(value))) == (plain, type(plain))


def test_columns_are_found_in_any_case(source):
    """Some databases return all names in capitals."""
    query = "SELECT id AS ID, email AS EMAIL, tier AS TIER FROM customers ORDER BY id"
    [first, _] = asking(source, query, columns={"id": "profile_id", "tier": "level"})

    assert first.row["identifiers"] == {"email": "ada@example.com"}
    assert first.row["variables"].keys() == {"level"}


def test_times_that_python_has_none_for_are_text(source):
    """A column "valid until" is often infinite, and one such value would hold all members."""
    if not source.url.startswith("postgresql"):
        pytest.skip("SQLite has times as text anyway")
    odd = "'infinity'::timestamp", "'-infinity'::date", "'10000-01-01'::timestamptz", "'24:00'::time"
    query = (
        f"SELECT id AS profile_id, {odd[0]} AS a, {odd[1]} AS b, {odd[2]} AS c, {odd[3]} AS d FROM customers"
    )

    [first, second] = asking(source, f"{query} ORDER BY id")

    texts = first.row["variables"]
    assert (texts["a"], texts["b"], texts["d"]) == ("infinity", "-infinity", "24:00:00")
    assert texts["c"].startswith("10000-01-01 ")
    assert second.row["profile_id"] == "2"


def test_times_are_read_as_before(source):
    if not source.url.startswith("postgresql"):
        pytest.skip("SQLite has times as text anyway")
    query = (
        "SELECT id AS profile_id, '2026-01-02'::date AS a, '2026-01-02 03:04'::timestamp AS b FROM customers"
    )

    assert asking(source, query)[0].row["variables"] == {"a": "2026-01-02", "b": "2026-01-02T03:04:00"}


def test_text_that_is_none_refuses_its_own_row(source):
    """SQLite keeps any bytes as text; its driver would end the query, and quote the value."""
    if not source.url.startswith("sqlite"):
        pytest.skip("PostgreSQL has no such text")
    odd = "CASE id WHEN 1 THEN CAST(X'4dff' AS TEXT) END"

    first, second = asking(source, f"SELECT id AS profile_id, {odd} AS tier FROM customers ORDER BY id")

    with pytest.raises(Invalid, match="half of a surrogate pair"):
        read_row({"call_type": "ADD", **first.row}, "lapsed-buyers")
    assert read_row({"call_type": "ADD", **second.row}, "lapsed-buyers")[0].profile_id == "2"
