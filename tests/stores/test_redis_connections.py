"""Connections of pipeline.stores.broker.connect, on a real server."""

import pytest
from redis import exceptions

from pipeline.stores.broker import connect


@pytest.fixture
def client(server_url):
    with connect(server_url) as client:
        yield client


def number(connection):
    """Ask the server which connection this is."""
    connection.send_command("CLIENT", "ID")
    return connection.read_response()


def test_a_connection_is_used_again_by_one_after_the_other(client):
    pool = client.connection_pool
    first, second = pool.get_connection(), pool.get_connection()
    numbers = [number(first), number(second)]
    pool.release(first)

    third = pool.get_connection()

    assert len(set(numbers)) == 2
    assert number(third) == numbers[0]
    pool.release(second)
    pool.release(third)


def test_a_connection_that_the_server_has_closed_is_opened_anew(client, redis):
    before = client.client_id()
    redis.client_kill_filter(_id=before)

    assert client.client_id() != before


def test_idle_connections_that_were_given_up_are_opened_anew(client):
    before = client.client_id()

    client.connection_pool.disconnect(inuse_connections=False)

    assert client.client_id() != before


@pytest.mark.parametrize("ask", [lambda client: client.llen("list"), lambda client: client.get("key")])
def test_when_one_gets_no_answer_those_that_are_idle_are_given_up(server_url, redis, ask):
    with connect(f"{server_url}?socket_timeout=0.2") as client:
        pool = client.connection_pool
        both = pool.get_connection(), pool.get_connection()
        before = set(map(number, both))
        for connection in both:
            pool.release(connection)
        redis.client_pause(500)

        with pytest.raises(exceptions.TimeoutError):
            ask(client)
        redis.ping()  # is answered when the pause is over

        after = {number(pool.get_connection()), number(pool.get_connection())}
    assert len(before | after) == 4


def test_another_process_has_connections_of_its_own(client, monkeypatch):
    pool = client.connection_pool
    connection = pool.get_connection()
    before = number(connection)
    pool.release(connection)

    with monkeypatch.context() as patch:
        patch.setattr("os.getpid", lambda: 1)

        assert client.client_id() != before
        pool.disconnect()
    connection.disconnect()
