"""URLs of SQL stores that are refused, before anything is opened."""

import re

import pytest
from psycopg import pq

from pipeline.errors import Misconfigured
from pipeline.stores.database import migrate, open_database
from pipeline.stores.database_url import LIBPQ, checked

BEGINS = "is not a URL that begins with sqlite://, postgresql:// or postgresql+psycopg://"
SQLITE_HAS = "sqlite:// has timeout alone"
LIBPQ_HAS = "postgresql:// has those of libpq, such as sslmode"
NO_SECONDS = "has an option timeout that is not a number of seconds above zero"
NO_HOSTS = "names a host, which SQLite has none of: write sqlite:///FILE, or sqlite:////FOLDER/FILE"
NO_WHOLE = "has an option connect_timeout that is not a whole number"
NO_PORT = "is not a URL: its port is not a number"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////srv/activation.db",
        "sqlite:///activation.db?timeout=5",
        "sqlite:////srv/a b/%41.db",
        "postgresql://app:p%40ss@db:5432/activation?sslmode=require&connect_timeout=3",
        "postgresql://app@/activation?host=a:5432&host=b:5432&target_session_attrs=read-write",
        "postgresql+psycopg:///activation?host=/var/run/postgresql",
    ],
)
def test_a_url_with_options_that_there_are_stays_as_it_is(url):
    assert checked(url) == url


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("sqlite:////a.db?foo=s3cret", f"has no option foo: {SQLITE_HAS}"),
        ("sqlite:////a.db?uri=true", f"has no option uri: {SQLITE_HAS}"),
        ("sqlite:////a.db?isolation_level=EXCLUSIVE", f"has no option isolation_level: {SQLITE_HAS}"),
        ("sqlite:////a.db?p%40ss word=1", f"has no option of that name: {SQLITE_HAS}"),
        ("sqlite:////a.db?timeout=s3cret", NO_SECONDS),
        ("sqlite:////a.db?timeout=nan", NO_SECONDS),
        ("sqlite:////a.db?timeout=1&timeout=2", "gives its option timeout twice"),
        ("sqlite://s3cret/a.db", NO_HOSTS),
        ("sqlite:activation.db", BEGINS),
        ("mysql://s3cret@db/a", BEGINS),
        ("", BEGINS),
        ("postgresql://db/a?foo=s3cret", f"has no option foo: {LIBPQ_HAS}"),
        ("postgresql://db/a?autocommit=1", f"has no option autocommit: {LIBPQ_HAS}"),
        ("postgresql://db/a?context=x", f"has no option context: {LIBPQ_HAS}"),
        ("postgresql://db/a?connect_timeout=s3cret", NO_WHOLE),
        ("postgresql://db/a?sslmode=require&sslmode=disable", "gives its option sslmode twice"),
        ("postgresql://db:s3cret/a", NO_PORT),
        ("postgresql://db:99999/a", NO_PORT),
        ("postgresql://[::1/a", NO_PORT),
    ],
)  # fmt: skip
def test_another_is_refused_in_one_line_without_a_value(url, problem):
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}$"):
        checked(url)


def test_every_option_is_one_of_libpq():
    assert {option.keyword.decode() for option in pq.Conninfo.get_defaults()} >= LIBPQ


def test_a_server_that_does_not_answer_is_reported_in_one_line(tmp_path):
    """The driver's own words go over two."""
    engine = open_database(f"postgresql://u:s3cret@/activation?host={tmp_path}")

    with pytest.raises(Misconfigured) as caught:
        migrate(engine)

    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith("; start its server, or correct the URL")
    assert "s3cret" not in str(caught.value)
