"""Sentinels promote a replica: it is found, and used. Real servers, real workers."""

import signal
import time
from contextlib import closing, suppress

import pytest
import redis

from pipeline import Producer
from pipeline.stores.broker import connect
from pipeline.stores.doorbell import Doorbell
from pipeline.stores.scripts import Scripts
from pipeline.stores.unready import TooFewReplicas
from tests.processes.constellation import open_sentinel_environment
from tests.processes.environment import until
from tests.processes.limited_account import people
from tests.processes.machine import on_this_machine

FOUND = 5  # seconds after a promotion


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    with open_sentinel_environment(tmp_path_factory.mktemp("sentinel")) as opened:
        opened.start("accept", "deliver")
        yield opened


def quiet(ask):
    """Return what ``ask`` gives, None while the server is away."""
    with suppress(redis.RedisError):
        return ask()
    return None


def test_the_new_primary_is_used_within_five_seconds(environment):
    """By a client, a doorbell, a producer and workers that were connected to the old one."""
    limited_account = environment.open("promoted")
    limited_account.activate(people(200))
    environment.drain(limited_account)
    with closing(Doorbell(environment.broker_url)) as bell, connect(environment.broker_url) as client:
        bell.ring_accept(0)
        client.set("before", "1")

        promoted = environment.constellation.kill_primary()
        until(lambda: quiet(lambda: client.set("after", "1")), within=on_this_machine(FOUND))
        bell.ring_accept(0)
        bell.ring_again()
        limited_account.activate(people(200, first=200))
        until(lambda: quiet(lambda: len(limited_account.delivered()) >= 400), within=on_this_machine(20))

    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(400))
    assert [worker.alive() for worker in environment.workers] == [True, True]
    assert time.monotonic() - promoted < on_this_machine(20)
    said = "".join(worker.log.read_text() for worker in environment.workers)
    assert "p@ss" not in said
    assert "s&cret" not in said
    environment.constellation.heal()


def test_a_lasting_change_waits_for_replicas_also_when_it_is_repeated(environment):
    """A repeat changes nothing, and must not be taken for one that the replicas have."""
    stopped = [
        node for node in environment.constellation.servers if node is not environment.constellation.primary()
    ]
    with connect(environment.broker_url, replicas=1) as client:
        scripts = Scripts(client, pauses=())
        assert scripts.run_once("append", ["producer:w", "intake:0"], [1, 60, b"\x91\x91\xa1x"]) == [0]
        client.delete("intake:0")
        for node in stopped:
            node.process.send_signal(signal.SIGSTOP)
        try:
            for _ in range(2):
                with pytest.raises(TooFewReplicas, match="0 of 1 have it"):
                    scripts.run_once("append", ["producer:v", "intake:0"], [1, 60, b"\x91\x91\xa1x"])
                client.connection_pool.disconnect()
        finally:
            for node in stopped:
                node.process.send_signal(signal.SIGCONT)
        client.delete("intake:0")


def test_a_producer_asks_for_replicas(environment, monkeypatch):
    environment.open("asked")
    monkeypatch.setenv("ACTIVATION_REPLICAS", "3")
    with (
        Producer(broker_url=environment.broker_url, patience=0.1) as producer,
        pytest.raises(Exception, match="has too few replicas to take changes"),
    ):
        producer.activate("asked", profile_id="p", call_type="ADD", identifiers={"email": "p@example.com"})
