"""Connections to Redis over TLS, of our own clients and of Celery's."""

import subprocess
from urllib.parse import urlsplit

import pytest
from celery import Celery
from kombu.exceptions import OperationalError
from redis.exceptions import ConnectionError as RedisDown

from pipeline.stores.broker import celery_settings, connect
from pipeline.stores.embedded_process import binary
from tests.fixtures.tls import Front, certificate_in
from tests.processes.environment import until


@pytest.fixture
def certificate(tmp_path):
    return certificate_in(tmp_path)


@pytest.fixture
def secure(server_url, certificate):
    """The address of a Redis behind TLS, but for the host."""
    parts = urlsplit(server_url)
    front = Front(certificate, parts.port)
    yield f"rediss://:{parts.password}@{{host}}:{front.port}/0"
    front.close()


def ask_as_celery(url):
    app = Celery("somebody", set_as_current=False)
    app.conf.update(celery_settings(url))
    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, timeout=5)
        return connection.default_channel.client.ping()


def ask(url):
    with connect(url) as client:
        return client.ping()


@pytest.mark.parametrize("way", [ask, ask_as_celery])
def test_a_certificate_that_nobody_vouches_for_is_refused(way, secure):
    """kombu would take any, and tell whoever listens the password."""
    with pytest.raises((OperationalError, RedisDown), match="CERTIFICATE_VERIFY_FAILED"):
        way(secure.format(host="127.0.0.1"))


@pytest.mark.parametrize("way", [ask, ask_as_celery])
def test_a_certificate_of_another_host_is_refused(way, secure, certificate):
    with pytest.raises((OperationalError, RedisDown), match="CERTIFICATE_VERIFY_FAILED"):
        way(f"{secure.format(host='localhost')}?ssl_ca_certs={certificate}")


@pytest.mark.parametrize("way", [ask, ask_as_celery])
def test_a_certificate_that_the_address_vouches_for_is_taken(way, secure, certificate):
    assert way(f"{secure.format(host='127.0.0.1')}?ssl_ca_certs={certificate}")


@pytest.mark.parametrize("way", [ask, ask_as_celery])
def test_who_wants_no_verification_must_say_so(way, secure):
    assert way(f"{secure.format(host='127.0.0.1')}?ssl_cert_reqs=none&ssl_check_hostname=false")


def test_an_address_without_tls_stays_what_it_is():
    settings = celery_settings("redis://:x@redis:6379/0")

    assert (settings["broker_url"], settings["broker_use_ssl"]) == ("redis://:x@redis:6379/0", False)


@pytest.mark.parametrize("way", [ask, ask_as_celery])
def test_a_socket_is_connected_to(way, tmp_path):
    """kombu has another word for it."""
    command = [binary(), "--port", "0", "--unixsocket", tmp_path / "redis.sock", "--requirepass", "p@ss"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=tmp_path)
    try:
        until((tmp_path / "redis.sock").exists)
        assert way(f"unix://:p%40ss@{tmp_path}/redis.sock?db=3")
    finally:
        server.kill()
        server.wait()
