"""A worker that is told to leave is gone in a moment, and nothing is lost with it."""

import signal
import time

from tests.processes.environment import open_environment, until
from tests.processes.limited_account import people
from tests.processes.machine import on_this_machine

GRACE = 3  # seconds until it must be gone
FEW = 20  # attempts: its threads may give the same batch back one after the other


def test_a_worker_leaves_in_the_middle_of_the_work_and_the_others_finish_it(tmp_path):
    with open_environment(tmp_path, "accept", "accept", "deliver", "deliver") as environment:
        limited_account = environment.open("leaving")
        environment.emulator.fault("leaving", "latency", seconds=0.1, jitter=0.2)
        limited_account.activate(people(6000))
        until(lambda: len(limited_account.calls()) >= 5)

        took = [leave(worker) for worker in (environment.workers[0], environment.workers[2])]
        limited_account.activate(people(2000, first=6000))
        environment.drain(limited_account)

        assert max(took) < on_this_machine(GRACE)
        assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(8000))
        assert limited_account.letters() == []
        assert limited_account.missing_from_books() == 0


def test_a_worker_that_leaves_takes_no_more(tmp_path):
    """What it would claim and give back, over and over, is kept from the others meanwhile."""
    with open_environment(tmp_path, "accept", "deliver") as environment:
        limited_account = environment.open("full")
        environment.emulator.fault("full", "latency", seconds=0.3)
        limited_account.activate(people(4000))
        until(lambda: len(limited_account.calls()) >= 4)

        leave(environment.workers[1])
        keys = [key for key in environment.client.keys("batch:*") if not key.endswith(b":rows")]
        attempts = [int(environment.client.hget(key, "attempt")) for key in keys]
        environment.start("deliver")
        environment.drain(limited_account)

        assert max(attempts, default=0) < FEW
        assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(4000))


def test_a_hung_call_does_not_keep_a_worker_and_its_rows_are_accounted_for(tmp_path):
    """Whether they were delivered nobody knows; not to say so for minutes would help nobody."""
    with open_environment(tmp_path, "accept", "deliver", read_timeout=60) as environment:
        limited_account = environment.open("hung")
        environment.emulator.fault("hung", "hang", after=2, times=1)
        limited_account.activate(people(2000))
        until(lambda: environment.emulator.fired())

        took = leave(environment.workers[1])  # before the read times out
        environment.start("deliver")
        environment.drain(limited_account, within=on_this_machine(10))

        refused = limited_account.refused()
        assert took < on_this_machine(GRACE)
        assert list(refused.values()) == ["OutcomeUnknown"] * 200
        assert sorted([*limited_account.delivered(), *refused]) == sorted(
            (profile, 0) for profile in people(2000)
        )
        assert limited_account.missing_from_books() == 0


def test_a_worker_leaves_although_there_is_no_redis_to_say_goodbye_to(tmp_path):
    with open_environment(tmp_path, "accept", "deliver", read_timeout=60) as environment:
        limited_account = environment.open("silent")
        environment.emulator.fault("silent", "hang", times=1)
        limited_account.activate(people(200))
        until(lambda: environment.emulator.fired())

        environment.kill_redis()
        took = [leave(worker) for worker in environment.workers]

        assert max(took) < on_this_machine(GRACE)


def leave(worker):
    """Tell a worker to leave, and return the seconds until it has."""
    told = time.monotonic()
    worker.process.send_signal(signal.SIGTERM)
    worker.process.wait(60)
    return time.monotonic() - told
