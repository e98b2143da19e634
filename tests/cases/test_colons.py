"""Queries with colons of their own (case 10)."""

import sqlite3
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.model.source import SqlSource
from pipeline.snapshots.query import read_query
from schemas.configuration import ConfigurationSchema

CASE = Path(__file__).parent / "10-colon-in-a-query"
NOW = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "customers.db"
    with sqlite3.connect(path) as connection:
        connection.executescript((CASE / "customers.sql").read_text())
    connection.close()
    return path


@pytest.mark.parametrize("name", ["json", "text", "now"])
def test_case_10_a_colon_within_quotes_belongs_to_the_query(database, name):
    loaded = ConfigurationSchema().load(tomllib.loads((CASE / "sources.toml").read_text()))
    document = {**loaded["sources"][name], "url": f"sqlite:///{database}"}

    (line,) = read_query(SqlSource(name=name, **document), NOW)

    assert (line.row["profile_id"], line.row["identifiers"]) == ("p-1", {"crm_id": "C1"})
    assert line.row["variables"] == ({"note": "due :soon"} if name == "text" else {})


@pytest.mark.parametrize("text", [":a", ":ab:c", "a: b", "::", "12:30", r":now :nowhere", "%(a)s %:b"])
def test_a_text_with_colons_arrives_as_it_is(database, text):
    query = f"SELECT 'p' AS profile_id, '{text}' AS t WHERE :now > '2020'"
    source = SqlSource(name="s", audience="a", url=f"sqlite:///{database}", query=query, every=1)

    (line,) = read_query(source, NOW)

    assert line.row["variables"] == {"t": text}
