"""Our share of an org's calls, drawn against the emulator by clocks that move only when told."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.lanes.draw import draw
from pipeline.lanes.quota import quota_of
from pipeline.salesforce.calls import FUNCTION, reading
from pipeline.salesforce.client import SalesforceClient
from pipeline.salesforce.opening import open_clients
from tests.salesforce.conftest import TIMEOUTS

MOST, OURS = 4_800, 50  # calls of the org in 24 hours; ours in an hour
HOUR = 3600.0


@pytest.fixture
def call_for(fake_redis, clock, vault, org, connector) -> Callable[[float], int]:
    """Calls the org for so many seconds whenever that is allowed, and counts the calls."""
    make: Any = open_clients(fake_redis, vault, take=lambda *_, **__: 0.0, minute=60.0, timeouts=TIMEOUTS)
    client: SalesforceClient = make(connector)
    client.ready()
    org.order("behaviour", {"daily_maximum": MOST})
    began, quota = clock.now, quota_of(connector, FUNCTION)

    def call_for(seconds: float) -> int:
        end, calls = clock.now + seconds, 0
        while clock.now < end:
            wait = draw(fake_redis, quota)
            if wait == 0:
                client.send(reading(connector, "/limits"))
                calls += 1
            else:
                clock.advance(min(wait, end - clock.now))
                org.order("clock", {"ahead": clock.now - began})
        return calls

    return call_for


def test_our_share_is_used_and_nothing_refused(call_for, org):
    """The first call learns the limit; until then a default counts."""
    calls = call_for(2 * HOUR)

    assert 0.98 * 2 * OURS <= calls <= 2 * OURS
    assert org.ask("summary")["refused"] == 0


def test_the_ceiling_is_not_passed_by_us(call_for, org):
    call_for(1)
    org.order("behaviour", {"used_by_others": 3_790})
    call_for(6 * HOUR)
    used = org.ask("summary")["used"]
    org.order("behaviour", {"used_by_others": 4_700})

    assert 0.79 * MOST < used <= 0.8 * MOST
    assert call_for(HOUR) <= 1
    assert org.ask("summary")["refused"] == 0
