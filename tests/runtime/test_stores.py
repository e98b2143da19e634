import pytest
import redis as redis_py

from pipeline.errors import Misconfigured
from pipeline.runtime.stores import open_stores


@pytest.fixture
def environ(tmp_path):
    return {"ACTIVATION_DATA_DIR": str(tmp_path)}


def test_nothing_is_opened_before_it_is_asked_for(environ, tmp_path):
    with open_stores(environ) as stores:
        assert stores.settings.data_dir == tmp_path

    assert list(tmp_path.iterdir()) == []


def test_without_a_configured_server_the_embedded_one_is_started_and_stopped(environ):
    with open_stores(environ) as stores:
        assert stores.redis.ping()
        url = stores.broker_url

    with pytest.raises(redis_py.ConnectionError), redis_py.Redis.from_url(url) as client:
        client.ping()


def test_the_tables_are_there(environ):
    with open_stores(environ) as stores:
        assert stores.records.version() == 0


def test_a_wrong_password_is_reported_with_the_server_and_without_the_password(environ, server_url):
    wrong = server_url.replace("redis://:", "redis://:pass-w0rd")
    address = server_url.rpartition("@")[2].removesuffix("/0")

    with (
        open_stores({**environ, "ACTIVATION_BROKER_URL": wrong}) as stores,
        pytest.raises(Misconfigured) as caught,
    ):
        stores.redis  # noqa: B018

    assert str(caught.value).startswith(f"the Redis server at {address} cannot be used: ")
    assert "pass-w0rd" not in str(caught.value)


def test_a_server_that_goes_away_is_reported_without_a_traceback(environ):
    def lose_it():
        with open_stores(environ) as stores:
            stores.redis.shutdown()
            stores.redis.ping()

    with pytest.raises(Misconfigured, match=r"the Redis server at 127\.0\.0\.1:\d+ cannot be used"):
        lose_it()


def test_a_database_that_cannot_be_used_is_reported(environ):
    url = "postgresql://app:pass-w0rd@127.0.0.1:1/activation"

    with (
        open_stores({**environ, "ACTIVATION_DATABASE_URL": url}) as stores,
        pytest.raises(Misconfigured) as caught,
    ):
        stores.records  # noqa: B018

    assert "app:***@127.0.0.1:1/activation cannot be used" in str(caught.value)


def test_without_a_key_the_records_say_what_is_missing(environ, tmp_path):
    (tmp_path / "file").touch()
    environ["ACTIVATION_DATA_DIR"] = str(tmp_path / "file" / "folder")
    environ["ACTIVATION_DATABASE_URL"] = f"sqlite:///{tmp_path}/activation.db"

    with open_stores(environ) as stores, pytest.raises(Misconfigured, match="there is no secret key"):
        stores.records  # noqa: B018
