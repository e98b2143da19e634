"""TLS with a real server: Debian's ``redis-server``, for the embedded one is built without TLS."""

import os
import shutil
import subprocess

import pytest
import redis

from pipeline.stores.broker import connect
from pipeline.stores.embedded_address import free_port
from tests.fixtures.tls import certificate_in
from tests.processes.environment import until
from tests.stores.test_broker import ask, ask_as_celery

PROGRAM = os.environ.get("ACTIVATION_TEST_REDIS_SERVER") or shutil.which("redis-server")
WAYS = pytest.mark.parametrize("way", [ask, ask_as_celery])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return certificate_in(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def servers(tmp_path_factory, certificate):
    """The ports of a server and of its Sentinel, both with TLS alone and each asking for a certificate."""
    if PROGRAM is None:
        pytest.skip("no redis-server with TLS is installed (apt-get install redis-server)")
    folder, port, sentinel = tmp_path_factory.mktemp("servers"), free_port(), free_port()
    tls = (
        f"port 0\nbind 127.0.0.1\ntls-cert-file {certificate}\ntls-key-file {certificate}\n"
        f"tls-ca-cert-file {certificate}\ntls-replication yes\ndir {folder}\n"
    )
    (folder / "server.conf").write_text(f"{tls}tls-port {port}\nrequirepass p@ss\nsave ''\n")
    (folder / "sentinel.conf").write_text(
        f"{tls}tls-port {sentinel}\nsentinel monitor m 127.0.0.1 {port} 1\nsentinel auth-pass m p@ss\n"
    )
    commands = [[PROGRAM, "server.conf"], [PROGRAM, "sentinel.conf", "--sentinel"]]
    running = [subprocess.Popen(each, cwd=folder, stdout=subprocess.DEVNULL) for each in commands]
    mine = f"ssl_ca_certs={certificate}&ssl_certfile={certificate}&ssl_keyfile={certificate}"
    try:
        until(lambda: answers(f"rediss://:p%40ss@127.0.0.1:{port}/0?{mine}") or ended(running), within=60)
        if ended(running):
            pytest.skip(f"{PROGRAM} is built without TLS")
        until(lambda: answers(f"sentinel+tls://:p%40ss@127.0.0.1:{sentinel}/0?master=m&{mine}"), within=60)
        yield port, sentinel, mine
    finally:
        for process in running:
            process.kill()
            process.wait()


def ended(running):
    return any(process.poll() is not None for process in running)


def answers(url):
    try:
        return ask(url)
    except redis.RedisError:
        return False


@WAYS
def test_a_server_with_tls_is_connected_to(way, servers):
    port, _, mine = servers

    assert way(f"rediss://:p%40ss@127.0.0.1:{port}/0?{mine}")


@WAYS
def test_case_11_cert_none_is_taken_as_celery_writes_it(way, servers, certificate):
    port, _, _ = servers
    mine = f"ssl_certfile={certificate}&ssl_keyfile={certificate}"

    assert way(f"rediss://:p%40ss@127.0.0.1:{port}/0?ssl_cert_reqs=CERT_NONE&{mine}")


@WAYS
def test_sentinels_and_servers_with_tls_are_connected_to(way, servers):
    _, sentinel, mine = servers

    assert way(f"sentinel+tls://:p%40ss@127.0.0.1:{sentinel}/0?master=m&{mine}")


def test_a_server_with_tls_says_so_to_a_client_without(servers):
    port, _, _ = servers

    with connect(f"redis://:p%40ss@127.0.0.1:{port}/0") as client, pytest.raises(redis.ConnectionError):
        client.ping()
