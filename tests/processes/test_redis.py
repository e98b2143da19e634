"""Redis goes away, comes back, loses doorbells, or does not say that it is gone."""

import signal
import time
from contextlib import closing

import pytest

from pipeline.operate.status.status import read_status
from pipeline.operate.status.troubles import troubles
from tests.processes.environment import open_environment, until
from tests.processes.limited_account import people
from tests.processes.machine import on_this_machine
from tests.processes.proxy import Proxy


def test_workers_outlive_a_restart_of_redis_and_go_on(environment):
    """It is killed in the middle of the work, and has only its file when it comes back."""
    limited_account = environment.open("restart")
    environment.emulator.fault("restart", "latency", seconds=0.2)
    workers = [worker.process.pid for worker in environment.workers]
    limited_account.activate(people(4000))
    until(lambda: len(limited_account.calls()) >= 4)

    environment.kill_redis()
    environment.start_redis()
    back = time.monotonic()
    limited_account.activate(people(2000, first=4000))
    until(lambda: len(limited_account.calls()) >= 10, within=on_this_machine(10))
    environment.end_leases("claimed")  # of doorbells that were on their way
    environment.drain(limited_account)

    assert [worker.process.pid for worker in environment.workers if worker.alive()] == workers
    assert time.monotonic() - back < on_this_machine(45)
    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(6000))
    assert limited_account.letters() == []
    assert limited_account.missing_from_books() == 0


@pytest.mark.parametrize(("kind", "queue"), [("accept", "activations"), ("deliver", "deliveries")])
def test_all_rows_arrive_although_doorbells_are_lost(environment, kind, queue):
    """They only say that there is work: timers see what waits in the intake, and leases of batches end."""
    limited_account = environment.open(queue)
    listeners = [worker for worker in environment.workers if worker.kind == kind]

    for worker in listeners:
        worker.process.send_signal(signal.SIGSTOP)
    limited_account.activate(people(3000))
    lost = until(lambda: environment.client.llen(queue))
    environment.client.delete(queue)
    for worker in listeners:
        worker.process.send_signal(signal.SIGCONT)
    environment.end_leases("claimed")
    environment.drain(limited_account, within=45)

    assert lost
    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(3000))
    assert limited_account.letters() == []
    assert limited_account.missing_from_books() == 0


def test_a_worker_that_is_started_while_redis_is_away_waits_for_it(tmp_path):
    """A machine that boots starts both at once, and whoever starts workers may not start them again."""
    with open_environment(tmp_path) as environment:
        limited_account = environment.open("early")
        limited_account.activate(people(200))
        environment.kill_redis()
        worker = environment.start_one("both")
        until(lambda: "waiting for Redis" in worker.log.read_text() or not worker.alive(), within=60)
        environment.start_redis()
        environment.drain(limited_account)

        assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(200))
        environment.stop()


def test_workers_are_back_soon_although_their_connections_never_said_that_they_are_dead(tmp_path):
    """The server goes on serving dead connections, and each may swallow a doorbell."""
    with open_environment(tmp_path) as environment, closing(Proxy(environment.redis_port)) as proxy:
        broker = environment.broker_url.rpartition(":")[0] + f":{proxy.port}/0"
        environment.start("accept", "deliver", ACTIVATION_BROKER_URL=broker)
        limited_account = environment.open("dead", max_rows=1)
        limited_account.activate(people(1))
        environment.drain(limited_account)

        assert proxy.cut() >= 4
        limited_account.activate(people(20, first=1))
        until(lambda: len(limited_account.calls()) > 1, within=on_this_machine(25))
        environment.end_leases("claimed")
        environment.drain(limited_account)

        assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(21))
        assert [worker.alive() for worker in environment.workers] == [True, True]
        environment.stop()


def test_an_emptied_redis_heals_within_half_a_minute(environment):
    """What was in it is gone; what comes afterwards is sent, and the status says what happened."""
    limited_account = environment.open("emptied")
    limited_account.activate(people(200))
    environment.drain(limited_account)

    environment.client.flushall()
    until(lambda: environment.client.sismember("audiences", "emptied"), within=30)
    limited_account.activate(people(200, first=200))
    environment.drain(limited_account, within=30)
    catalog = environment.records.load()
    told = troubles(read_status(environment.client, environment.engine, catalog))

    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(400))
    assert [trouble.text for trouble in told if "was emptied" in trouble.text]
    assert environment.client.exists("note:emptied")
