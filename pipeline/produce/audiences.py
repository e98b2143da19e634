"""Audiences: the names that a producer may use, because a destination takes their changes.

Keys
    audiences   set of names, written by mirror.py
"""

import time
from collections.abc import Callable

import redis

from pipeline.errors import PipelineError

KNOWN_NAME_TTL = 5.0  # seconds for which a name that was found is not looked up again
UNKNOWN_NAME_TTL = 1.0  # seconds; shorter, because an unknown name may have just been added


class UnknownAudience(PipelineError):
    """No destination takes changes of this audience."""

    def __init__(self, audience: str, known: int) -> None:
        others = "1 other has" if known == 1 else f"{known:,} others have"
        super().__init__(
            f'there is no audience "{audience}"; {others} a destination: '
            "add one for it with `activation apply`"
        )
        self.audience = audience


class Audiences:
    """Remembers the known audiences for some seconds."""

    def __init__(self, client: redis.Redis, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._known: frozenset[str] | None = None
        self._read_at = -KNOWN_NAME_TTL

    def require(self, audience: str) -> None:
        """Raise UnknownAudience when no destination takes its changes.

        While Redis is away and no names are remembered, any name passes: the append then reports that Redis
        is away, and an activation that is appended after all becomes a dead letter.
        """
        age = self._clock() - self._read_at
        if age < KNOWN_NAME_TTL and (self._known is None or audience in self._known):
            return
        if age >= UNKNOWN_NAME_TTL:
            self._read()
        if self._known is not None and audience not in self._known:
            raise UnknownAudience(audience, len(self._known))

    def _read(self) -> None:
        self._read_at = self._clock()
        try:
            names = self._client.smembers("audiences")
        except redis.RedisError:
            return
        self._known = frozenset(name.decode() if isinstance(name, bytes) else name for name in names)
