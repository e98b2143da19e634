"""Stores that are away, full or locked: the request is told soon, and nothing else has changed."""

import os
import signal
import sqlite3
from contextlib import contextmanager

import pytest

from tests.environment import ACME, LAPSED
from tests.processes.environment import until

SOON = 10.0  # seconds on a busy machine; 3 to 5 on one that has nothing else to do
ROW = [{"profile_id": "p", "call_type": "ADD", "identifiers": {"crm_id": "C"}}]
ACTIVATIONS = "/v1/audiences/lapsed-buyers/activations"
NEEDING_REDIS = [
    ("GET", "/v1/status", None),
    ("GET", "/v1/stats", None),
    ("GET", "/v1/stats/series?step=hour", None),
    ("POST", "/v1/connectors/acme/pause", {}),
    ("POST", "/v1/audiences/lapsed-buyers/flush", None),
    ("POST", "/v1/trace", {"profile_id": "p"}),
    ("POST", "/v1/audiences/lapsed-buyers/activations", ROW),
]


@pytest.fixture(scope="module")
def web(start):
    web = start("--workers", "1")
    web.stores.records.apply({"connectors": {"acme": ACME}, "destinations": {"lapsed": LAPSED}})
    web.stores.redis.sadd("audiences", "lapsed-buyers")
    return web


@contextmanager
def frozen(web):
    server = web.stores.redis.info("server")["process_id"]
    os.kill(server, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server, signal.SIGCONT)


@pytest.mark.parametrize(("method", "path", "body"), NEEDING_REDIS)
def test_a_redis_that_hangs_is_reported_soon(web, method, path, body):
    with frozen(web):
        answer = web.call(method, path, json=body)

    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/intake-unavailable")
    assert 1 <= int(answer.headers["Retry-After"]) <= 30
    assert answer.elapsed.total_seconds() < SOON
    assert web.stores.records.load().holds == {}


def test_rows_that_may_be_in_are_counted(web):
    with frozen(web):
        answer = web.call("POST", "/v1/audiences/lapsed-buyers/activations", json=ROW)

    assert (answer.json()["accepted"], answer.json()["unknown"]) == (0, 1)


def test_a_full_redis_takes_nothing_in(web):
    web.stores.redis.config_set("maxmemory", 1)
    try:
        answer = web.call("POST", "/v1/audiences/lapsed-buyers/activations", json=ROW)
        status = web.get("/v1/status")
    finally:
        web.stores.redis.config_set("maxmemory", 0)

    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/intake-unavailable")
    assert status.json()["redis"]["full"] is True


@contextmanager
def demoted(web):
    web.stores.redis.replicaof("127.0.0.1", 1)
    try:
        yield
    finally:
        web.stores.redis.replicaof("NO", "ONE")


@contextmanager
def full(web):
    web.stores.redis.config_set("maxmemory", 1)
    try:
        yield
    finally:
        web.stores.redis.config_set("maxmemory", 0)


@pytest.mark.parametrize("trouble", [demoted, full])
def test_it_is_not_ready_where_activations_cannot_be_taken_in(web, trouble):
    with trouble(web):
        answer = web.get("/readyz", scope=None)
        keyed = web.call("POST", ACTIVATIONS, json=ROW, headers={"Idempotency-Key": "k"})

    assert (answer.status_code, answer.json()) == (503, {"ready": False, "redis": False, "sql": True})
    assert (keyed.status_code, keyed.json()["type"]) == (503, "/problems/intake-unavailable")
    assert keyed.json()["detail"].startswith("the Redis server is ")
    assert web.get("/readyz", scope=None).status_code == 200


CHANGES = [
    ("POST", "/v1/connectors/acme/pause", {}),
    ("PUT", "/v1/destinations/new", LAPSED),
    ("DELETE", "/v1/destinations/lapsed", None),
]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_what_a_demoted_redis_does_not_take_is_not_stored_either(web, method, path, body):
    before = web.stores.records.export()

    with demoted(web):
        answer = web.call(method, path, json=body)

    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/intake-unavailable")
    assert (web.stores.records.export(), web.stores.records.load().holds) == (before, {})


@pytest.mark.parametrize(
    ("path", "body"), [("/v1/trace", {"profile_id": "p"}), ("/v1/connectors/acme/pause", {})]
)
def test_a_locked_store_is_reported_and_reading_goes_on(web, path, body):
    place = web.stores.settings.data_dir / "activation.db"
    with sqlite3.connect(place, isolation_level=None) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        answer = web.call("POST", path, json=body)
        taken = web.call("POST", "/v1/audiences/lapsed-buyers/activations", json=ROW)
        status = web.get("/v1/status")
        lock.execute("ROLLBACK")

    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/store-unavailable")
    assert answer.elapsed.total_seconds() < SOON
    assert (taken.status_code, status.status_code) == (202, 200)


def test_the_status_waits_for_no_worker(web):
    web.get("/v1/status")

    answer = web.get("/v1/status")

    assert answer.json()["workers_seen"] is False
    assert answer.elapsed.total_seconds() < 1.5


def test_a_worker_that_lives_is_seen_at_once(web):
    web.stores.redis.set("worker:beat", "1", ex=60)
    try:
        assert web.get("/v1/status").json()["workers_seen"] is True
    finally:
        web.stores.redis.delete("worker:beat")


def test_a_redis_that_is_another_installations_by_now_is_neither_read_nor_written(web):
    """As after a restart of Redis with another file, or another server behind its name."""
    own = web.stores.redis.get("installation")
    web.stores.redis.set("installation", "another")
    try:
        until(lambda: web.get("/v1/status").status_code == 503)
        answers = [
            web.call("POST", "/v1/audiences/lapsed-buyers/activations", json=ROW),
            web.call("POST", "/v1/connectors/acme/pause", json={}),
            web.get("/v1/dead-letters"),
        ]
        alive = web.get("/healthz", scope=None)
    finally:
        web.stores.redis.set("installation", own)

    assert {answer.json()["type"] for answer in answers} == {"/problems/stores-apart"}
    assert alive.status_code == 200
    assert "another" in web.log.read_text()
    until(lambda: web.get("/v1/status").status_code == 200)
    assert web.stores.records.load().holds == {}
