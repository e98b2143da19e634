"""Two workers, both stores, a far side and an operator, in one process that does one thing at a time."""

import random
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
import redis
from cryptography.fernet import Fernet
from sqlalchemy.exc import SQLAlchemyError

from pipeline.records import mirror
from pipeline.runtime import worker as program
from pipeline.runtime.worker import Worker
from pipeline.settings import Settings
from pipeline.settle import ledger
from pipeline.stores.broker import connect
from pipeline.stores.database import migrate, open_database
from pipeline.wire.session import PUBLIC, open_session
from tests.model.clock import Clock, scripts, source
from tests.model.crash_table import Reached
from tests.model.faults import Client, Crash, Database, Fate, Frame, Trips
from tests.model.records import CONNECTORS, DESTINATIONS, Setup
from tests.model.responsys_fake import HOST, Call, ResponsysFake

KEY = Fernet.generate_key().decode()
WORKERS = 2
RECORDS = [*(("connector", name) for name in CONNECTORS), *(("destination", name) for name in DESTINATIONS)]


class Bell:
    """Keeps what was rung for, until somebody answers."""

    def __init__(self) -> None:
        self.shards: list[int] = []
        self.batches: list[tuple[str, int]] = []

    def ring_accept(self, shard: int) -> None:
        if shard not in self.shards:
            self.shards.append(shard)

    def ring_deliver(self, batch: str, attempt: int) -> None:
        self.batches.append((batch, attempt))

    def ring_again(self) -> None:
        """None was lost: they are kept here until answered."""

    def read_limits(self, connector: str) -> None:
        """Nobody asks: the limits are configured."""

    def close(self) -> None:
        """Nothing is open."""


class Stores:
    """The servers of all examples: a Redis, and an SQLite database in a folder."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        engine = open_database(f"sqlite:///{folder / 'model.db'}")
        migrate(engine)
        self.database = Database(engine)

    def close(self) -> None:
        self.database.trips = None
        self.database.engine.dispose()


class World:
    """Everything that there is, between two steps of one process or another."""

    def __init__(self, stores: "Stores", meanwhile: Callable[[str], None]) -> None:
        self._stack = ExitStack()
        self.bare = self._stack.enter_context(
            connect(stores.url)
        )  # the eyes of the model: nothing befalls it
        self.bare.flushall()
        patch = self._stack.enter_context(pytest.MonkeyPatch.context())
        self.clock = Clock(self.bare)
        self.clock.install(patch)
        random.seed(1)
        numbers = count(1)
        patch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=next(numbers)))
        self.reached = Reached()
        self.bell = Bell()
        for name in scripts():
            self.bare.script_load(source(name))  # or what is a round trip would depend on the example before
        self.trips = Trips(self.clock, lambda acts: [meanwhile(act) for act in acts])
        self.client = Client(connection_pool=self.bare.connection_pool)
        self.client.trips = self.trips
        self.responsys_fake = ResponsysFake(self.clock, self.trips, self.reached, self.arrives)
        self.engine = stores.database.engine
        stores.database.empty()
        stores.database.trips = self.trips
        self._put_together(patch)
        self._settings = Settings.load({
            "ACTIVATION_DATA_DIR": str(stores.folder), "ACTIVATION_BROKER_URL": stores.url,
            "ACTIVATION_SECRET_KEY": KEY,
        })  # fmt: skip
        self.workers = [Worker(self._settings) for _ in range(WORKERS)]
        self.records = self.workers[0].records
        self.setup = Setup()
        self.apply()
        self.stopped: set[tuple[str, str]] = set()  # when the outermost step began
        self.arrived: list[Callable[[Call, Frame], None]] = []  # who looks at every call

    def _put_together(self, patch: pytest.MonkeyPatch) -> None:
        """Let workers and producers be made of the parts of this world."""
        session = open_session()
        session.trust_env = False
        for mark in ("", PUBLIC):
            session.mount(mark + HOST, self.responsys_fake)
        patch.setattr(program, "connect", lambda url, **_: self.client)
        patch.setattr(program, "open_engine", lambda settings: self.engine)
        patch.setattr(program, "Doorbell", lambda url: self.bell)
        patch.setattr("pipeline.wire.session.open_session", lambda: session)
        patch.setattr("pipeline.produce.producer.connect", lambda url, **_: self.client)

    def close(self) -> None:
        self._stack.close()

    def apply(self) -> None:
        """Make the configuration what the setup says, as ``activation apply --prune`` does."""
        self.records.apply(self.setup.documents(), prune=True)
        mirror.publish(self.client, self.records.load())

    def step(
        self, name: str, act: Callable[[Worker], object], fate: Fate | None = None, who: int = 0
    ) -> Frame:
        """Let a worker do something; it may die of it, and then another one takes its place."""
        if not self.trips.frames:
            self.stopped = self.stops()
        died = False
        with self.trips.step(name, fate, who) as frame:
            try:
                act(self.workers[who])
            except Crash:
                died = True
            except (redis.RedisError, SQLAlchemyError):
                assert frame.struck is not None, "a step failed without a reason"
        if died:
            self.workers[who] = Worker(self._settings)
            recorded = bool(frame.batch) and ledger.find(self.engine, frame.batch) is not None
            self.reached.died(frame, recorded=recorded)
        elif frame.struck is not None:
            self.reached.survived(frame)
        for call in frame.calls:
            call.told = call.told and frame.struck is None
        return frame

    def stops(self) -> set[tuple[str, str]]:
        """Return what sends nothing, as published."""
        with self.bare.pipeline(transaction=False) as pipe:
            for kind, name in RECORDS:
                pipe.hget(f"{kind}:{name}", "stopped")
            return {name for name, why in zip(RECORDS, pipe.execute(), strict=True) if why}

    def arrives(self, call: Call) -> None:
        """Have every call looked at, when it gets to the far side."""
        frame = self.trips.frames[-1]
        frame.calls.append(call)
        call.held_up = call.at - frame.begun
        for look in self.arrived:
            look(call, frame)
