"""Stuck shards of the intake: accepting their oldest entries was begun, and has not succeeded for a while."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.stores.broker import decoded

CLAIM_FIELDS = ("until", "since", "attempt", "why")  # read from a shard's claim, see accept/intake.py
MIN_STUCK_SECONDS = 60.0


@dataclass(frozen=True)
class StuckShard:
    """One shard that stands still."""

    shard: int
    entries: int
    seconds: float  # since its oldest entries were first claimed
    attempts: int
    why: str  # the error of the last attempt; "": its worker left none


def stuck_shards(
    lengths: Sequence[int], claims: Sequence[Sequence[bytes | None]], now: float
) -> tuple[StuckShard, ...]:
    """Return the shards that stand still; ``claims``: the ``CLAIM_FIELDS`` of each, ``now``: in seconds."""
    return tuple(
        StuckShard(shard, length, seconds, int(attempt or 0), decoded(why or b""))
        for shard, (length, (_, since, attempt, why)) in enumerate(zip(lengths, claims, strict=True))
        if length and since and (seconds := now - float(since) / 1000) >= MIN_STUCK_SECONDS
    )
