"""Duties of a worker's timer: one worker does each in its interval, and one that fails stops no other.

Keys
    turn:{duty}   there for the interval in which a worker has done this duty
"""

import logging
import uuid
from collections.abc import Callable
from typing import TypeVar

import redis
from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import Misconfigured
from pipeline.stores import duty_trouble, sql_trouble

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Duties:
    """The duties of one worker."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._failed: set[str] = set()  # those that failed when this worker last tried them

    def take(self, duty: str, seconds: float) -> bool:
        """Take a duty on; False if a worker did within the last ``seconds``."""
        return bool(self._client.set(f"turn:{duty}", uuid.uuid4().hex, nx=True, px=round(seconds * 1000)))

    def attempt(self, duty: str, work: Callable[[], Result], interval: float = 0) -> Result | None:
        """Do one duty; if it fails, note why and return None. ``interval``: seconds between two tries."""
        try:
            result = work()
        except redis.RedisError:
            raise
        except Exception as error:  # noqa: BLE001 -- none may end the timer
            self._note(duty, error, interval)
            return None
        if duty in self._failed:
            self._failed.discard(duty)
            duty_trouble.clear(self._client, duty)
        return result

    def _note(self, duty: str, error: Exception, interval: float) -> None:
        if duty not in self._failed or not isinstance(error, SQLAlchemyError | Misconfigured):
            log.error("duty not done", exc_info=error, extra={"duty": duty})
        self._failed.add(duty)
        if isinstance(error, SQLAlchemyError):
            sql_trouble.leave(self._client, error)
        else:
            duty_trouble.leave(self._client, duty, error, interval)
