"""The audiences that a producer may name: those that have a destination.

Keys
    audiences   set of names, written by mirror.py
"""

import time
from collections.abc import Callable

import redis

from pipeline.errors import PipelineError

FRESH = 5.0  # seconds that a known name is believed for
HASTE = 1.0  # seconds; an unknown name may have just been added, so it is looked up sooner


class UnknownAudience(PipelineError):
    """No destination takes changes of this audience."""

    def __init__(self, audience: str, known: int) -> None:
        super().__init__(
            f'there is no audience "{audience}"; {known:,} others have a destination: '
            "add one for it with `activation apply`"
        )
        self.audience = audience


class Audiences:
    """Remembers the known audiences for some seconds."""

    def __init__(self, client: redis.Redis, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._known: frozenset[str] | None = None
        self._read_at = -FRESH

    def require(self, audience: str) -> None:
        """Raise UnknownAudience when nobody takes its changes.

        When Redis cannot be asked and nothing is remembered, any name passes: the append will say that Redis
        is away, and what gets through nevertheless becomes a dead letter, not a loss.
        """
        age = self._clock() - self._read_at
        if age < FRESH and (self._known is None or audience in self._known):
            return
        if age >= HASTE:
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
