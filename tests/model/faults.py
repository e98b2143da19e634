"""What may befall a process between any two of its steps: death, a lost answer, or what others do meanwhile.

Every round trip to Redis, to SQL or to the far side passes ``Trips.trip``. A fault strikes at the n-th round
trip of a step, before the other side did anything or when it had done everything.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha1
from typing import Any, Literal

import redis
from redis.client import Pipeline
from sqlalchemy import Engine, event, update
from sqlalchemy.exc import OperationalError

from pipeline.stores import redis_client as full
from pipeline.stores import tables
from tests.model.clock import Clock, scripts, source


class Crash(BaseException):
    """The process has died: nothing catches it."""


@dataclass(frozen=True)
class Fate:
    """What befalls a step at its round trip number ``at``, for ``length`` of them when answers are lost.

    ``on`` names a round trip instead: the script, ``HTTP``, ``COMMIT``.
    """

    kind: Literal["die", "lose", "meanwhile"]
    at: int = 0
    after: bool = False
    length: int = 1
    act: tuple[str, ...] = ()  # what others do meanwhile
    on: str = ""

    def strikes(self, name: str, number: int) -> bool:
        """Tell whether it comes with this round trip."""
        return name == self.on if self.on else self.at <= number < self.at + self.length


@dataclass
class Frame:
    """One step of one process, under way."""

    step: str
    fate: Fate | None = None
    who: int = 0
    count: int = 0
    done: list[str] = field(default_factory=list)  # round trips, by what was asked
    begun: float = 0.0  # when a call was last noted to go out
    struck: list[str] | None = None  # what was done when its fate struck; None: it has not
    dead: bool = False
    batch: str = ""
    connector: str = ""
    calls: list[Any] = field(default_factory=list)


class Trips:
    """Counts the round trips of whichever step is under way, and lets faults strike."""

    def __init__(self, clock: Clock, meanwhile: Callable[[tuple[str, ...]], None]) -> None:
        self.frames: list[Frame] = []
        self._clock = clock
        self._meanwhile = meanwhile
        self._in_sql = False
        self._names = {sha1(source(name).encode()).hexdigest(): name for name in scripts()}

    @contextmanager
    def step(self, name: str, fate: Fate | None = None, who: int = 0) -> Iterator[Frame]:
        """Do a step, to which its fate happens."""
        self.frames.append(Frame(name, fate, who))
        try:
            yield self.frames[-1]
        finally:
            self.frames.pop()

    def trip(self, name: str, go: Callable[[], Any], lost: Callable[[], Exception]) -> Any:
        """Make a round trip; ``lost`` makes the error of one whose answer never came."""
        frame = self.frames[-1] if self.frames else None
        if frame is None:
            return go()
        if frame.dead:
            raise Crash
        frame.count += 1
        fate = frame.fate
        if fate is None or not fate.strikes(name, frame.count):
            return self._go(frame, name, go)
        if fate.kind == "meanwhile":
            if not self._in_sql:
                self._meanwhile(fate.act)
            return self._go(frame, name, go)
        frame.struck = list(frame.done) if frame.struck is None else frame.struck
        if fate.after:
            self._go(frame, name, go)
        frame.dead = fate.kind == "die"
        raise Crash if frame.dead else lost()

    def _go(self, frame: Frame, name: str, go: Callable[[], Any]) -> Any:
        answer = go()
        frame.done.append(name)
        if name == "begin":
            frame.begun = self._clock.now
        return answer

    def redis(self, args: tuple[Any, ...], go: Callable[[], Any]) -> Any:
        """Ask Redis."""
        name = self._names.get(str(args[1]), "EVALSHA") if args[0] == "EVALSHA" else str(args[0])
        return self.trip(name, go, lambda: redis.ConnectionError("the connection was lost"))

    def begun(self) -> None:
        """Begin a transaction."""
        self._in_sql = True  # others would have to wait
        try:
            self.trip("BEGIN", lambda: None, locked)
        except BaseException:
            self._in_sql = False
            raise

    def ended(self) -> None:
        """End one."""
        self._in_sql = False


class Database:
    """A database of one process that may die, or find it locked; one serves many examples."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.trips: Trips | None = None
        commit = engine.dialect.do_commit
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 500"))
        event.listen(engine, "begin", lambda _: self._tell("begun"), insert=True)
        event.listen(engine, "rollback", lambda _: self._tell("ended"))
        engine.dialect.do_commit = lambda connection: self._commit(partial(commit, connection))

    def _tell(self, what: str) -> None:
        if self.trips:
            getattr(self.trips, what)()

    def _commit(self, go: Callable[[], Any]) -> Any:
        if self.trips is None:
            return go()
        try:
            return self.trips.trip("COMMIT", go, locked)
        finally:
            self.trips.ended()

    def empty(self) -> None:
        """Forget everything."""
        self.trips = None
        with self.engine.begin() as connection:
            for table in tables.metadata.sorted_tables:
                if table is not tables.catalog:
                    connection.execute(table.delete())
            connection.execute(update(tables.catalog).values(version=0))


def locked() -> OperationalError:
    """Make the error of a database that is locked, or out of reach."""
    return OperationalError("statement", {}, Exception("database is locked"))


class Client(full.RedisClient):
    """A client of Redis whose process may die, or lose its connection."""

    trips: Trips

    def execute_command(self, *args, **options):
        return self.trips.redis(args, partial(super().execute_command, *args, **options))

    def exchange(self, commands):
        return self.trips.redis(commands[0], partial(super().exchange, commands))

    def pipeline(self, transaction=True, shard_hint=None):
        found = Watched(self.connection_pool, self.response_callbacks, transaction, shard_hint)
        found.trips = self.trips
        return found


class Watched(Pipeline):
    """Several commands in one round trip."""

    trips: Trips

    def execute(self, raise_on_error=True):
        return self.trips.redis(("PIPELINE",), partial(super().execute, raise_on_error))
