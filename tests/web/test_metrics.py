"""`GET /metrics`: from every process the same, whatever is away."""

import os
import signal
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.settle import dead_letters as letters
from pipeline.settle import statistics
from pipeline.settle.dead_letters import DeadLetter
from pipeline.settle.statistics import Where
from tests.processes.environment import until

ACME = Where("acme", "lapsed")


@pytest.fixture(scope="module")
def web(start):
    web = start()
    with web.stores.engine.begin() as connection:
        long_ago = datetime.now(UTC) - timedelta(days=300)
        statistics.add(connection, long_ago, ACME, {"sent": 40, "batches": 2, "rejected:A": 1})
        statistics.add(connection, datetime.now(UTC), ACME, {"sent": 2, "rejected:B": 3})
        letter = DeadLetter("l1", "acme", "lapsed", "lapsed-buyers", "ada", "B", "", "{}")
        letters.store(connection, [letter])
    return web


def samples(web):
    text = web.get("/metrics", scope="read").text
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def rows(outcome):
    return ("activation_rows_total", ("connector", "acme"), ("destination", "lapsed"), ("outcome", outcome))


def test_counters_hold_all_that_was_ever_counted(web):
    found = samples(web)

    assert found[rows("sent")] == 42
    assert found[rows("rejected")] == 5
    assert found["activation_store_up", ("store", "redis")] == 1
    assert found["activation_workers_up",] == 0


def test_what_is_counted_later_is_added_in_every_process(web):
    before = samples(web)[rows("sent")]
    with web.stores.engine.begin() as connection:
        statistics.add(connection, datetime.now(UTC), ACME, {"sent": 5})

    assert {samples(web)[rows("sent")] for _ in range(6)} == {before + 5}


def test_a_code_from_outside_is_a_label_and_names_nobody(web):
    text = web.get("/metrics", scope="read").text

    assert 'activation_dead_letters{code="B",connector="acme",destination="lapsed"} 1.0' in text
    assert "ada" not in text


def test_requests_of_all_processes_are_counted(web):
    for _ in range(12):
        web.get("/healthz", scope=None)

    key = ("activation_http_requests_total", ("method", "GET"), ("route", "/healthz"), ("status", "200"))
    until(lambda: samples(web).get(key, 0) >= 12, within=30)


def test_without_redis_the_rest_is_there(web):
    server = web.stores.redis.info("server")["process_id"]
    os.kill(server, signal.SIGSTOP)
    try:
        found = samples(web)
    finally:
        os.kill(server, signal.SIGCONT)

    assert found["activation_store_up", ("store", "redis")] == 0
    assert found["activation_store_up", ("store", "sql")] == 1
    assert rows("sent") in found


def test_metrics_need_a_key(web):
    assert web.get("/metrics", scope=None).status_code == 401
    assert web.get("/metrics", scope="produce").status_code == 403
