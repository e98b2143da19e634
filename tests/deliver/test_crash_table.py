"""The crash table of docs/extending.md: each row of it that concerns a batch, as an event and a move."""

import pytest

from pipeline.deliver import events
from pipeline.deliver.decide import BRIEFING_RETRY, NO_THREAD_RETRY, decide
from pipeline.deliver.events import Failed
from pipeline.deliver.moves import GiveBack, Leave, Retry, Settle, SettleAsRecorded, Split
from pipeline.deliver.progress import Progress
from pipeline.errors import OutcomeUnknown, RetryLater
from pipeline.model.call import Rejection
from tests.deliver.jobs import PLAN, event, merge

UNSENT = RetryLater("OtherError", "not sent: ConnectTimeout")
LOST = OutcomeUnknown("Timeout", "no answer: ReadTimeout")
CUT_OFF = [Rejection("OutcomeUnknown", "the worker stopped during the call")] * 2
TIMED_OUT = [Rejection("Timeout", "no answer: ReadTimeout")] * 2


@pytest.mark.parametrize(
    ("job", "crash", "move"),
    [
        pytest.param(
            event(deaths=2), events.KillsWorkers(),
            Split(Progress(), Progress(), "its worker ended 2 times before its call: halved to find the row"),
            id="workers killed before begin, again and again",
        ),
        pytest.param(
            event(deaths=3, rows=1), events.KillsWorkers(),
            Settle([Rejection("Invalid", "its worker ended 3 times before its call")]),
            id="workers killed before begin by one row alone",
        ),
        pytest.param(
            event(), events.Overtaken(), Leave("not sent: stopped, or taken over by another attempt"),
            id="the same batch running twice",
        ),
        pytest.param(
            event(), Failed(UNSENT),
            Retry("OtherError: 2 rows", backoff=2, spend=True, code="OtherError"), id="call not sent",
        ),
        pytest.param(
            event(), Failed(RetryLater("OtherError"), sent=False),
            Retry("OtherError: 2 rows", backoff=2, spend=True, refund=True, code="OtherError"),
            id="no token: its permit is free again",
        ),
        pytest.param(
            merge(), Failed(LOST), Retry("Timeout: 2 rows", backoff=2, spend=True, code="Timeout"),
            id="answer lost, state action",
        ),
        pytest.param(
            event(), Failed(LOST), Settle(TIMED_OUT, code="Timeout"), id="answer lost, occurrence action"
        ),
        pytest.param(
            event(on_unknown="resend"), Failed(LOST),
            Retry("Timeout: 2 rows", backoff=2, spend=True, code="Timeout"), id="answer lost, resend wanted",
        ),
        pytest.param(
            event(), events.Lapsed(), Settle(CUT_OFF, code="OutcomeUnknown"),
            id="worker killed in the call, or in an end without one",
        ),
        pytest.param(
            merge(), events.Lapsed(),
            Retry("OutcomeUnknown: 2 rows", backoff=2, spend=True, code="OutcomeUnknown"),
            id="worker killed in the call, state action",
        ),
        pytest.param(
            merge(tries=1), events.Lapsed(),
            Split(
                *[Progress(0, {}, PLAN[:1])] * 2,
                "the worker stopped during the call again: halved to find the row",
                "OutcomeUnknown",
            ),
            id="workers killed in the call again and again, state action",
        ),
        pytest.param(
            merge(tries=1, rows=1), events.Lapsed(),
            Retry("OutcomeUnknown: 1 row", backoff=4, spend=True, code="OutcomeUnknown"),
            id="workers killed by one row alone: until its tries are used up",
        ),
        pytest.param(
            event(), events.Recorded((1,)), SettleAsRecorded((1,)), id="recorded in SQL, not settled in Redis"
        ),
        pytest.param(
            event(), events.PermitExpired(), GiveBack("not sent: too late for its permit"),
            id="begin came too late for the permit",
        ),
        pytest.param(
            event(), events.WorkerStops(), GiveBack("given back: this worker stops"), id="the worker stops"
        ),
        pytest.param(
            event(), events.NotBriefed(),
            GiveBack("given back: what is known of its people cannot be read", BRIEFING_RETRY),
            id="a store is down before anything was begun",
        ),
        pytest.param(
            event(), events.NoThread(),
            GiveBack("given back: the last free thread is for other connectors", NO_THREAD_RETRY),
            id="the last free thread",
        ),
    ],
)  # fmt: skip
def test_the_crash_table(job, crash, move):
    assert decide(job, crash) == move
