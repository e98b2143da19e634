"""Allowances: the limits that accounts tell.

Keys
    allowances:{account}   hash of function to calls per window; "18/5000" where the account counts the calls
                           of all its users by 24 hours: so many of so many are used
    told:{account}         there until the account is to be asked for them again
"""

from collections.abc import Mapping

import redis

KEPT_SECONDS = 2 * 24 * 3600


def note(client: redis.Redis, account: str, told: Mapping[str, str], ask_again: float) -> None:
    """Note limits that came with an answer; ``ask_again``: seconds until the account is asked for them."""
    key = f"allowances:{account}"
    with client.pipeline(transaction=False) as pipe:
        for function, limit in told.items():
            pipe.hset(key, function, limit)
        pipe.expire(key, KEPT_SECONDS)
        pipe.set(f"told:{account}", "1", px=max(1, round(1000 * ask_again)))
        pipe.execute()
