"""Limits are shared by all workers, used to the full, and not exceeded; trouble with them costs no row.

A minute lasts five seconds here, for the emulator and for the workers.
"""

from itertools import pairwise

import pytest

from tests.processes.house import FOUR, house, until
from tests.processes.outlet import people

WINDOW = 5  # seconds
LIMIT = 100  # calls in that time


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory):
    with house(tmp_path_factory.mktemp("house"), *FOUR, window=WINDOW) as opened:
        yield opened


@pytest.mark.parametrize("shape", ["fixed", "sliding"])
def test_a_backlog_goes_out_in_full_calls_at_the_pace_that_is_allowed(home, shape):
    outlet = home.open(shape, limit=LIMIT)
    home.emulator.order("behaviour", {"window_shape": shape})
    home.pause("connector", shape)
    outlet.activate(people(20_000))
    until(lambda: outlet.waiting() == 20_000)

    home.resume("connector", shape)
    home.drain(outlet)

    calls = home.emulator.calls(shape)
    meter = home.emulator.meter(shape)
    took = calls[-1]["time"] - calls[0]["time"]
    assert 100 <= len(calls) <= 102
    assert (meter["throttled"], meter["peak_sliding"] <= LIMIT) == (0, True)
    assert (len(calls) - 1) / took >= 0.95 * LIMIT / WINDOW
    assert sorted(outlet.delivered()) == sorted((profile, 0) for profile in people(20_000))


@pytest.mark.parametrize("ending", ["expire", "forget"])
def test_tokens_that_end_under_way_are_replaced(home, ending):
    outlet = home.open(f"token-{ending}")
    outlet.activate(people(1000))
    until(lambda: outlet.calls())

    home.emulator.order("tokens", {"account": outlet.name, "action": ending})
    outlet.activate(people(1000, first=1000))
    home.drain(outlet)

    assert sorted(outlet.delivered()) == sorted((profile, 0) for profile in people(2000))
    assert home.emulator.outcomes(outlet.name, "login")["answered"] <= 4
    assert outlet.missing_from_books() == 0


@pytest.mark.parametrize(
    "refusal",
    [
        {"kind": "error", "errorCode": "API_LIMIT_EXCEEDED", "times": 3},
        {"kind": "error", "errorCode": "API_LIMIT_EXCEEDED", "status": 401, "times": 1},
        {"kind": "capacity", "seconds": 2, "times": 1},
    ],
    ids=["limit", "limit-401", "capacity"],
)
def test_after_a_refusal_for_a_limit_calls_pause_and_go_on(home, refusal, request):
    """It takes a minute; no row is lost, doubled or given up for it."""
    outlet = home.open(request.node.callspec.id)
    home.emulator.fault(outlet.name, after=2, **refusal)

    outlet.activate(people(2000))
    home.drain(outlet)

    times = [call["time"] for call in home.emulator.calls(outlet.name)]
    longest = max(later - sooner for sooner, later in pairwise(times))
    assert longest >= 0.9 * WINDOW
    assert sorted(outlet.delivered()) == sorted((profile, 0) for profile in people(2000))
    assert outlet.letters() == []
    assert outlet.missing_from_books() == 0
