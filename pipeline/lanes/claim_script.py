"""Claims as ``claim.inc.lua`` has them: its arguments and its answer."""

from collections.abc import Sequence
from typing import Any

from pipeline.lanes.batch import ClaimedBatch
from pipeline.lanes.leases import CLAIM_LEASE
from pipeline.lanes.milliseconds import ms
from pipeline.lanes.quota import Quota
from pipeline.stores.scripts import Argument

# Doorbells: with so many waiting no worker is idle, and a claimed batch would only use its lease up.
MAX_UNANSWERED = 4


def claim_args(quota: Quota, new_id: str, worker: str = "") -> list[Argument]:
    """Arguments of claim.inc.lua; ``new_id`` is for a new batch."""
    return [
        quota.connector, quota.function, quota.account, new_id, ms(CLAIM_LEASE), quota.max_in_flight,
        quota.limit, quota.default, quota.utilisation, ms(quota.window), MAX_UNANSWERED,
        quota.burst, quota.share, quota.ceiling, worker,
    ]  # fmt: skip


def claimed_batch(answer: Sequence[Any]) -> ClaimedBatch | float | None:
    """Read the answer of a claim: a batch, the seconds after which to claim again, or None."""
    if answer[0] == b"batch":
        batch = answer[1].decode()
        return ClaimedBatch(batch, int(answer[2]), bool(answer[3]))
    return None if int(answer[1]) < 0 else int(answer[1]) / 1000
