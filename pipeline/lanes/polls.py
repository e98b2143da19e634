"""Polls: asking for the answers of asynchronous calls. The keys are drawn in __init__.py."""

import uuid

from pipeline.lanes.batch import Poll
from pipeline.lanes.milliseconds import ms
from pipeline.lanes.quota import Quota
from pipeline.stores.scripts import Argument, Scripts

MAX_POLLS = 200  # requests that one call may ask after
POLL_LEASE = 100.0  # seconds; the worker that asks renews it until all batches that are answered are settled


class Polls:
    """The requests of all connectors on one server."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    def claim(self, quota: Quota) -> list[Poll]:
        """Claim requests to ask after, with the permit for the call that asks; none if none may go now."""
        answer = self._scripts.run("claim_polls", args=claim_args(quota, uuid.uuid4().hex))
        return [
            Poll(batch.decode(), int(attempt), request.decode(), int(asked))
            for batch, attempt, request, asked in zip(*[iter(answer)] * 4, strict=True)
        ]

    def ask_later(self, poll: Poll, delay: float) -> None:
        """Ask after a request again in ``delay`` seconds."""
        self._scripts.run("ask_later", args=[poll.batch, poll.attempt, ms(delay)])

    def next_due(self, connector: str) -> float | None:
        """Return the seconds until a request is to be asked after, 0 for now; None if there is none."""
        wait = int(self._scripts.run("next_poll", args=[connector]))
        return None if wait < 0 else wait / 1000


def claim_args(quota: Quota, call_id: str) -> list[Argument]:
    """Arguments of claim_polls.lua; ``call_id`` is that of the call which asks."""
    return [
        quota.connector, quota.account, quota.function, MAX_POLLS, ms(POLL_LEASE), call_id,
        quota.limit, quota.default, quota.utilisation, ms(quota.window),
    ]  # fmt: skip
