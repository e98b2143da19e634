"""Appender: chunks of activations into the intake, each exactly once, and a ring for the workers.

Keys
    producer:{producer}   the number of the last chunk of a series, for a day
    intake:{shard}        list of entries (see intake.py)
"""

import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import Protocol

import redis
from msgspec import msgpack
from msgspec.structs import replace
from redis.exceptions import AuthorizationError

from pipeline.errors import PipelineError
from pipeline.model.activation import Activation
from pipeline.produce.chunk import Chunk, Timestamps
from pipeline.produce.headroom import Headroom, NearlyFull
from pipeline.produce.report import Report
from pipeline.produce.series import Series, SeriesPool
from pipeline.stores.doorbell import RINGS
from pipeline.stores.retrying import retrying
from pipeline.stores.scripts import Scripts
from pipeline.stores.unready import explain as explain_redis

RETRY_PAUSES = (0.25, 1.0, 4.0)  # seconds before each further try; the last one repeats
APPEND_PATIENCE = 6.0  # seconds of waiting in all: four tries, enough for a server to restart
TRIES_PATIENCE = 9.0  # seconds that the tries may take on top of the waiting
LASTING = (redis.AuthenticationError, AuthorizationError)  # although they are ConnectionErrors
PASSING = (redis.ConnectionError, redis.TimeoutError, redis.OutOfMemoryError)
SERIES_TTL = 24 * 60 * 60  # seconds for which a repeated chunk is recognised


class Bell(Protocol):
    """A way to call workers to a shard, such as ``pipeline.stores.doorbell.Doorbell``."""

    def ring_accept(self, shard: int) -> None:
        """Call a worker to a shard of the intake that holds entries."""


class AppendFailed(PipelineError):
    """Redis gave no answer: the intake may or may not hold these activations.

    Each of ``activations`` has its id, so appending them again counts none twice.
    """

    def __init__(self, activations: Sequence[Activation], why: str) -> None:
        super().__init__(
            f"{why}; whether {len(activations):,} activation(s) reached the intake is not known: "
            "repeat them with their ids, and none counts twice"
        )
        self.activations = [
            replace(activation, id=activation.id or activation.auto_id, auto_id=None)
            for activation in activations
        ]
        self.why = why
        self.report: Report | None = None  # of ``activate_many``, up to this failure

    @property
    def ids(self) -> list[str]:
        """The ids of the activations."""
        return [activation.id for activation in self.activations if activation.id]


class Appender:
    """Appends to the intake of one server."""

    def __init__(
        self,
        client: redis.Redis,
        bell: Bell,
        *,
        patience: float = APPEND_PATIENCE,
        tries_patience: float = TRIES_PATIENCE,
        series_ttl: int = SERIES_TTL,
        clock: Timestamps | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._patience = patience
        self._latest = patience + tries_patience  # seconds after the first try
        self._series_ttl = series_ttl
        self._scripts = Scripts(client)
        self._headroom = Headroom(client)
        self._bell = bell
        self._clock = clock or Timestamps()
        self._sleep = sleep
        self._numbers = SeriesPool()

    def new_chunk(self, series: Series | None = None) -> Chunk:
        """Return an empty chunk under ``series``; None: under the next number of a free series."""
        return Chunk(series or self._numbers.take(), self._clock)

    def append(self, activations: Iterable[Activation], *, bulk: bool = False) -> list[str]:
        """Append valid activations and return their ids.

        Raises AppendFailed with the activations that may be missing from the intake: append them again.
        """
        remaining = iter(activations)
        ids: list[str] = []
        shards: set[int] = set()
        while chunk := self._fill(remaining, bulk):
            try:
                shards |= self.append_chunk(chunk)
            except AppendFailed as error:
                raise AppendFailed([*chunk.activations, *remaining], error.why) from error
            ids += chunk.ids
        self.ring(shards)
        return ids

    def _fill(self, activations: Iterator[Activation], bulk: bool) -> Chunk | None:
        chunk = None
        for activation in activations:
            chunk = chunk or self.new_chunk()
            chunk.add(activation, bulk)
            if chunk.full:
                break
        return chunk

    def append_chunk(self, chunk: Chunk) -> set[int]:
        """Append a chunk and return the shards to ring for; raises AppendFailed."""
        try:
            shards = self._run(chunk)
        except Exception as error:  # of any kind: the caller must learn which activations it concerns
            raise AppendFailed(chunk.activations, explain(error)) from error
        self._numbers.give_back(chunk.series)
        return shards

    def ring(self, shards: Collection[int]) -> None:
        """Call workers to a few of these shards; a worker goes on to the other shards on its own."""
        for shard in random.sample(list(shards), min(RINGS, len(shards))):
            self._bell.ring_accept(shard)

    def _run(self, chunk: Chunk) -> set[int]:
        keys = [f"producer:{chunk.series.producer}", *(f"intake:{shard}" for shard in chunk.shards)]
        entries = msgpack.encode(list(chunk.shards.values()))
        args: list[int | bytes] = [chunk.series.number, self._series_ttl, entries]

        def append() -> list[int]:
            if chunk.bulk:
                self._headroom.require()
            positions: list[int] = self._scripts.run_once("append", keys, args)
            return positions

        empty = retrying(
            append,
            passing=is_passing,
            pauses=pauses_within(self._patience),
            give_up_after=self._latest,
            sleep=self._sleep_about,
        )
        shards = list(chunk.shards)
        return {shards[position] for position in empty}

    def _sleep_about(self, pause: float) -> None:
        """Sleep, so that producers do not come back all at once."""
        self._sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 -- not a secret


def pauses_within(patience: float) -> Iterator[float]:
    """Yield the pauses before further tries until they come to ``patience`` seconds."""
    pauses = chain(RETRY_PAUSES, repeat(RETRY_PAUSES[-1]))
    while (pause := next(pauses)) <= patience:
        patience -= pause
        yield pause


def is_passing(error: Exception) -> bool:
    """Tell whether the same command may work a moment later."""
    return isinstance(error, PASSING) and not isinstance(error, LASTING)


def explain(error: Exception) -> str:
    """Describe the server's trouble and, where there is one, the remedy."""
    if isinstance(error, NearlyFull):
        return (
            "the Redis server is nearly out of memory, and the rest is for real-time changes: wait until "
            "workers have made room, or raise its maxmemory"
        )
    if isinstance(error, redis.OutOfMemoryError):
        return "the Redis server is out of memory: wait until workers have made room, or raise its maxmemory"
    if isinstance(error, redis.RedisError):
        return explain_redis(error)
    return f"the Redis server refused ({type(error).__name__}: {error})"
