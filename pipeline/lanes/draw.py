"""Draw: a permit for a call that no batch is for, such as the poll of a source, out of the same allowance."""

import uuid

import redis

from pipeline.lanes.milliseconds import ms
from pipeline.lanes.quota import Quota
from pipeline.stores.scripts import Argument, Scripts


def draw(client: redis.Redis, quota: Quota) -> float:
    """Take a permit of a quota: 0.0 if the call may go now, otherwise the seconds until it may.

    The caller makes the call at once. See ``quota_of``.
    """
    args: list[Argument] = [
        quota.connector, quota.function, quota.account, uuid.uuid4().hex,
        quota.limit, quota.default, quota.utilisation, ms(quota.window),
        quota.burst, quota.share, quota.ceiling,
    ]  # fmt: skip
    return int(Scripts(client).run("draw", args=args)) / 1000
