"""The URL of Redis: what is taken, and how what is wrong is said."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kombu.utils.url import parse_url as kombu_reads

from pipeline.errors import Misconfigured
from pipeline.settings import Settings
from pipeline.stores.broker import celery_settings, connect
from pipeline.stores.broker_url import parse

CASE = Path(__file__).parents[1] / "cases" / "11-options-in-the-broker-url"


def test_case_11_each_url_as_people_write_it():
    plain, over_tls = (CASE / "urls.txt").read_text().splitlines()

    with pytest.raises(Misconfigured) as raised:
        Settings.load({"ACTIVATION_BROKER_URL": plain})

    assert str(raised.value) == "ACTIVATION_BROKER_URL has no option ssl_cert_reqs: TLS is rediss://"
    assert Settings.load({"ACTIVATION_BROKER_URL": over_tls}).broker_url == over_tls
    assert parse(over_tls).tls == {"ssl_cert_reqs": "none", "ssl_check_hostname": False}
    assert celery_settings(over_tls)["broker_use_ssl"] == parse(over_tls).tls
    with connect(over_tls) as client:
        assert client.connection_pool.connection_kwargs["ssl_cert_reqs"] == "none"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        (
            "http://h",
            "is not a URL that begins with redis://, rediss://, unix://, sentinel:// or sentinel+tls://",
        ),
        ("redis://h:port/0", "is not a URL: its port is not a number"),
        ("redis://a..b/0", "is not a URL: a host in it is no name"),
        (f"redis://{'a' * 64}/0", "is not a URL: a host in it is no name"),
        ("redis://[::1/0", "is not a URL: its brackets do not fit"),
        ("redis://h/first", "is not a URL of Redis: its database is not a number"),
        ("redis://h?ssl_ca_certs=x", "has no option ssl_ca_certs: TLS is rediss://"),
        ("sentinel://h?master=m&ssl_ca_certs=x", "has no option ssl_ca_certs: TLS is sentinel+tls://"),
        ("unix:///run/redis.sock?ssl_cert_reqs=none", "has no option ssl_cert_reqs: a socket has no TLS"),
        ("redis://h?retries=3", "has no option retries: redis:// has db, socket_timeout, "),
        (
            "redis://h?socket_timeout=soon",
            "has an option socket_timeout that is not a number of seconds above zero",
        ),
        (
            "redis://h?socket_timeout=nan",
            "has an option socket_timeout that is not a number of seconds above zero",
        ),
        ("redis://h?db=-1", "has an option db that is not a whole number"),
        (
            "rediss://h?ssl_cert_reqs=maybe",
            "has an option ssl_cert_reqs that is not none, optional or required",
        ),
        (
            "rediss://h?ssl_ca_certs=/none/here",
            "has an option ssl_ca_certs that is not a file that can be read",
        ),
        (
            "redis://:pw@h1:6379;redis://:pw@h2:6379/0",
            "names several servers, between which rows would be lost",
        ),
        ("redis://h1/0;redis://h2/0", "names several servers"),
        ("redis://h1,h2/0", "names several servers"),
        ("sentinel://h1;sentinel://h2/0?master=m", "names several servers"),
        (
            "sentinel://h1,h2/0",
            "has no option master, the name of the primary: sentinel://:PASSWORD@HOST:26379",
        ),
        ("unix://", "has no path of a socket"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(url, problem):
    with pytest.raises(Misconfigured) as raised:
        Settings.load({"ACTIVATION_BROKER_URL": url})

    assert str(raised.value).startswith(f"ACTIVATION_BROKER_URL {problem}")
    assert "\n" not in str(raised.value)
    assert "pw" not in str(raised.value)


def test_a_list_of_servers_is_answered_with_the_way_to_name_several():
    with pytest.raises(
        ValueError, match=r"with Sentinels write sentinel://:PASSWORD@HOST:26379,HOST:26379/0\?master"
    ):
        parse("redis://h1;redis://h2")


def test_a_sentinel_url_has_the_passwords_of_both():
    url = "sentinel://me:p%40ss@one:26380,two/3?master=mymaster&sentinel_password=s%26cret&socket_timeout=2"
    where, celery = parse(url), celery_settings(url)

    assert where.servers == (("one", 26380), ("two", 26379))
    assert (where.login, where.db, where.master) == ({"username": "me", "password": "p@ss"}, 3, "mymaster")
    assert where.sentinel_login == {"password": "s&cret"}
    assert where.shown == '"mymaster" of the Sentinels one:26380, two:26379'
    assert celery["broker_url"] == "sentinel://me:p%40ss@one:26380/3;sentinel://me:p%40ss@two:26379/3"
    options = celery["broker_transport_options"]
    assert (options["master_name"], options["socket_timeout"]) == ("mymaster", 2.0)
    assert options["sentinel_kwargs"]["password"] == "s&cret"
    assert "s&cret" not in repr(where)
    assert "p@ss" not in repr(where)


def test_sentinels_over_tls_are_asked_over_tls():
    celery = celery_settings("sentinel+tls://:x@one/0?master=m")

    assert celery["broker_url"] == "sentinel://:x@one:26379/0"
    assert celery["broker_use_ssl"] == {"ssl_cert_reqs": "required"}
    asked = celery["broker_transport_options"]["sentinel_kwargs"]
    assert (asked["ssl"], asked["ssl_cert_reqs"]) == (True, "required")


@given(password=st.text(min_size=1), db=st.integers(0, 99))
def test_celery_reads_the_same_as_we_do(password, db):
    where = parse(f"redis://:{quote(password, safe='')}@[::1]:7000/{db}")
    theirs = kombu_reads(where.for_kombu())

    assert (theirs["password"], theirs["hostname"], theirs["port"], theirs["virtual_host"]) == (
        where.password, "::1", 7000, str(db),
    )  # fmt: skip
    assert where.password == password


@pytest.mark.parametrize(
    "words",
    [["-m", "pipeline.cli", "status"], ["-m", "celery", "--quiet", "-A", "tasks", "worker", "-P", "threads"]],
    ids=["command", "worker"],
)
def test_a_worker_ends_like_a_command_when_the_url_is_wrong(words, tmp_path):
    env = {**os.environ, "ACTIVATION_DATA_DIR": str(tmp_path), "ACTIVATION_BROKER_URL": "redis://h?retries=3"}
    ended = subprocess.run(
        [sys.executable, *words], env=env, capture_output=True, text=True, timeout=60, check=False
    )

    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith("Error: ACTIVATION_BROKER_URL has no option retries")
