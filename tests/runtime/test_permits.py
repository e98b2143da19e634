"""pipeline.runtime.permits: polls draw from the allowance of an org that deliveries draw from."""

from contextlib import suppress

import pytest

from pipeline.errors import RetryLater, Throttled
from pipeline.lanes.draw import draw
from pipeline.lanes.quota import quota_of
from pipeline.model.call import Call
from pipeline.runtime.permits import permitted
from pipeline.salesforce.connector import SalesforceConnector

CRM = SalesforceConnector(name="crm", title="Acme", host="https://acme.my.salesforce.com", client_id="app")
CALL = Call(function="calls", path="/query", method="GET")


class Sender:
    def __init__(self, error: Exception | None = None, times: int = 100) -> None:
        self.sent = 0
        self.error, self.times = error, times  # how often it is raised

    def send(self, _):
        self.sent += 1
        if self.error and self.sent <= self.times:
            raise self.error


def test_a_poll_waits_a_little_for_a_permit(redis):
    slept, sender = [], Sender()
    crm = SalesforceConnector(**{**vars(CRM), "limits": {"calls": 3600}})
    send = permitted(redis, crm, sender, 60, lambda seconds: (slept.append(seconds), redis.flushall()))

    while not slept:
        send(CALL)

    assert 0 < slept[0] < 15
    assert sender.sent >= 2


def test_a_poll_does_not_wait_for_long(redis):
    sender = Sender()
    crm = SalesforceConnector(**{**vars(CRM), "limits": {"calls": 10}})
    send = permitted(redis, crm, sender, 60, pytest.fail)

    with pytest.raises(Throttled, match="CALLS_USED_UP") as used_up:
        [send(CALL) for _ in range(11)]

    assert used_up.value.delay > 15


def test_an_org_whose_calls_are_used_up_is_left_alone_by_all(redis):
    error = Throttled("account", "REQUEST_LIMIT_EXCEEDED", delay=3600.0)
    send = permitted(redis, CRM, Sender(error), 60, pytest.fail)

    with pytest.raises(Throttled):
        send(CALL)

    assert draw(redis, quota_of(CRM, "calls")) > 3000


@pytest.mark.parametrize(("times", "sent"), [(1, 2), (2, 3), (3, 3)])
def test_a_call_that_came_to_nothing_is_made_again_twice(redis, times, sent):
    """Otherwise a long reading would hardly come to its end at an org that cuts an answer now and then."""
    slept, sender = [], Sender(RetryLater("OutcomeUnknown", delay=1.0), times)
    send = permitted(redis, CRM, sender, 60, slept.append)

    with suppress(RetryLater):
        send(CALL)

    assert (sender.sent, slept) == (sent, [1.0, 3.0][: sent - 1])


def test_a_call_that_shall_wait_for_long_is_not_made_again(redis):
    sender = Sender(RetryLater("SERVER_UNAVAILABLE", delay=60.0))
    send = permitted(redis, CRM, sender, 60, pytest.fail)

    with pytest.raises(RetryLater):
        send(CALL)

    assert sender.sent == 1
