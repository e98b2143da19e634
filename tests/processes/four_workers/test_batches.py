"""Calls are as full as they can be, whoever cuts them."""

import threading
import time

from tests.processes.environment import until
from tests.processes.limited_account import people


def test_five_full_calls_take_a_thousand_rows_through_four_workers(environment):
    """However the rows trickle in, no worker cuts a batch for itself."""
    limited_account = environment.open("thousand", max_age=600)
    profiles = [[f"p{n}-{i}" for i in range(250)] for n in range(4)]
    producers = [threading.Thread(target=limited_account.trickle, args=(some,)) for some in profiles]

    for producer in producers:
        producer.start()
    for producer in producers:
        producer.join()
    environment.drain(limited_account)

    assert limited_account.calls() == [200] * 5
    assert sorted(limited_account.delivered()) == sorted(
        (profile, 0) for some in profiles for profile in some
    )
    assert limited_account.missing_from_books() == 0


def test_rows_that_fill_no_call_leave_when_the_oldest_is_old_enough(environment):
    limited_account = environment.open("young", max_age=10)

    began = time.time()
    limited_account.activate(people(150))
    until(lambda: limited_account.waiting() == 150)
    limited_account.activate(people(30, first=150))
    environment.drain(limited_account)

    (call,) = environment.emulator.calls("young")
    assert call["recipients"] == 180
    assert 10 <= call["time"] - began < 60
