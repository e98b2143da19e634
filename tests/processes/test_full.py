"""Redis has no room left, or cannot write its file: nothing is lost, and what waits is sent."""

import resource
import signal

import pytest
import redis
from celery import Celery

from pipeline import Producer
from pipeline.produce.appender import AppendFailed
from tests.processes.environment import until
from tests.processes.limited_account import activations, people

TASK = "tasks.activation.activate"


@pytest.fixture
def full(environment):
    """Makes the server as full as can be."""
    yield lambda: environment.client.config_set("maxmemory", 1)
    environment.client.connection_pool.disconnect()
    environment.client.config_set("maxmemory", 0)
    for worker in environment.workers:
        worker.process.send_signal(signal.SIGCONT)


def test_a_full_server_is_emptied_while_producers_are_refused(environment, full):
    """What makes room must not need any: no lock, no doorbell, no note of a fetched message."""
    limited_account = environment.open("fuller")
    environment.pause("destination", "fuller")
    limited_account.activate(people(3000))
    until(environment.accepted)
    full()

    with pytest.raises(AppendFailed, match="out of memory"):
        limited_account.activate(people(10, first=3000), patience=0)
    environment.resume("destination", "fuller")
    environment.drain(limited_account)
    environment.client.config_set("maxmemory", 0)
    limited_account.activate(people(10, first=3000))
    environment.drain(limited_account)

    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(3010))
    assert limited_account.missing_from_books() == 0


def test_what_is_in_the_intake_and_in_messages_is_accepted_by_a_full_server(environment, full):
    """kombu takes a message off its queue before it notes that it did."""
    limited_account = environment.open("taken-in")
    listeners = [worker for worker in environment.workers if worker.kind == "accept"]
    for worker in listeners:
        worker.process.send_signal(signal.SIGSTOP)
    limited_account.activate(people(1000))
    with Celery("somebody", broker=environment.broker_url, set_as_current=False) as app:
        for activation in activations(people(100, first=1000)):
            app.send_task(TASK, args=[{"audience": "taken-in", **activation}], queue="activations")
    full()
    with redis.Redis.from_url(environment.broker_url) as other, pytest.raises(redis.OutOfMemoryError):
        other.rpush("activations", "no room for this")

    for worker in listeners:
        worker.process.send_signal(signal.SIGCONT)
    until(lambda: len(limited_account.delivered()) == 1100)
    environment.drain(limited_account)

    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(1100))
    assert limited_account.missing_from_books() == 0


@pytest.fixture
def disk(environment):
    """The server's disk, which can be filled: no file of its process may grow."""
    process, limit = environment.redis_process().pid, resource.RLIMIT_FSIZE
    before = resource.prlimit(process, limit)
    yield lambda full: resource.prlimit(process, limit, (1, before[1]) if full else before)
    resource.prlimit(process, limit, before)


def test_a_server_that_cannot_write_its_file_is_waited_for_and_loses_nothing(environment, disk):
    limited_account = environment.open("unwritten")
    environment.emulator.fault("unwritten", "latency", seconds=0.5)
    limited_account.activate(people(4000))
    until(lambda: limited_account.calls())

    disk(full=True)
    until(lambda: environment.client.info("persistence")["aof_last_write_status"] == "err")
    with pytest.raises(AppendFailed, match="cannot write its file") as caught:
        limited_account.activate(people(10, first=4000), patience=0)
    until(lambda: any("outcome not recorded yet" in worker.log.read_text() for worker in environment.workers))
    disk(full=False)
    with Producer(environment.broker_url) as producer:
        producer.append(caught.value.activations)
    until(lambda: "begun" not in {batch.get("state") for batch in environment.batches()})
    environment.end_leases("claimed")  # of doorbells that were refused
    environment.drain(limited_account)

    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(4010))
    assert limited_account.missing_from_books() == 0
