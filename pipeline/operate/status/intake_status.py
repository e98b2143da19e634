"""Status of the intake: entries that wait in its shards, and shards that stand still."""

from collections.abc import Mapping
from dataclasses import dataclass

import redis

from pipeline.model.shard import SHARDS
from pipeline.operate.status.stuck_shards import CLAIM_FIELDS, StuckShard, stuck_shards


@dataclass(frozen=True)
class IntakeStatus:
    """Entries that producers appended and no worker has accepted yet."""

    shards: Mapping[int, int]  # entries of each shard that holds any
    claimed: int  # shards that a worker has claimed
    stuck: tuple[StuckShard, ...] = ()

    @property
    def waiting(self) -> int:
        """Entries of all shards."""
        return sum(self.shards.values())


def read_intake(client: redis.Redis) -> IntakeStatus:
    """Count the entries of each shard, and the claims under a lease; find shards that stand still."""
    with client.pipeline() as pipe:
        pipe.time()
        for shard in range(SHARDS):
            pipe.llen(f"intake:{shard}")
            pipe.hmget(f"intake:{shard}:claim", *CLAIM_FIELDS)
        (seconds, _), *answers = pipe.execute()
    lengths, claims = answers[::2], answers[1::2]
    return IntakeStatus(
        shards={shard: length for shard, length in enumerate(lengths) if length},
        claimed=sum(lease is not None and float(lease) > seconds * 1000 for lease, *_ in claims),
        stuck=stuck_shards(lengths, claims, seconds),
    )
