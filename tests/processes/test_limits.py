"""Limits are shared by all workers and not exceeded; trouble with them costs no row.

A minute lasts five seconds here, for the emulator and for the workers. How much of a limit is used is a
matter of the machine: ``python -m bench limits`` measures it.
"""

from itertools import pairwise

import pytest

from tests.processes.environment import FOUR, open_environment, until
from tests.processes.limited_account import people

WINDOW = 5  # seconds
LIMIT = 60  # calls in that time


@pytest.fixture(scope="module")
def shared_environment(tmp_path_factory):
    with open_environment(tmp_path_factory.mktemp("environment"), *FOUR, window=WINDOW) as opened:
        yield opened


@pytest.mark.parametrize("shape", ["fixed", "sliding"])
def test_a_backlog_goes_out_in_full_calls_and_within_the_limit(environment, shape):
    limited_account = environment.open(shape, limit=LIMIT)
    environment.emulator.order("behaviour", {"window_shape": shape})
    environment.pause("connector", shape)
    limited_account.activate(people(20_000))
    until(lambda: limited_account.waiting() == 20_000)

    environment.resume("connector", shape)
    environment.drain(limited_account)

    meter = environment.emulator.meter(shape)
    assert limited_account.calls() == [200] * 100
    assert (meter["throttled"], meter["peak_sliding"] <= LIMIT) == (0, True)
    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(20_000))


@pytest.mark.parametrize("ending", ["expire", "forget"])
def test_tokens_that_end_under_way_are_replaced(environment, ending):
    limited_account = environment.open(f"token-{ending}")
    limited_account.activate(people(1000))
    until(lambda: limited_account.calls())

    environment.emulator.order("tokens", {"account": limited_account.name, "action": ending})
    limited_account.activate(people(1000, first=1000))
    environment.drain(limited_account)

    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(2000))
    assert environment.emulator.outcomes(limited_account.name, "login")["answered"] <= 4
    assert limited_account.missing_from_books() == 0


@pytest.mark.parametrize(
    "refusal",
    [
        {"kind": "error", "errorCode": "API_LIMIT_EXCEEDED", "times": 3},
        {"kind": "error", "errorCode": "API_LIMIT_EXCEEDED", "status": 401, "times": 1},
        {"kind": "capacity", "seconds": 2, "times": 1},
    ],
    ids=["limit", "limit-401", "capacity"],
)
def test_after_a_refusal_for_a_limit_calls_pause_and_go_on(environment, refusal, request):
    """It takes a minute; no row is lost, doubled or given up for it."""
    limited_account = environment.open(request.node.callspec.id)
    environment.emulator.fault(limited_account.name, after=2, **refusal)

    limited_account.activate(people(2000))
    environment.drain(limited_account)

    times = [call["time"] for call in environment.emulator.calls(limited_account.name)]
    longest = max(later - sooner for sooner, later in pairwise(times))
    assert longest >= 0.9 * WINDOW
    assert sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(2000))
    assert limited_account.letters() == []
    assert limited_account.missing_from_books() == 0
