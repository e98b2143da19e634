"""A whole environment: emulator, Redis, SQL store and workers, each a process that can be killed."""

import fcntl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

import psutil

from pipeline.model.shard import SHARDS
from pipeline.records import mirror
from pipeline.records.records import Records
from pipeline.runtime.worker import open_engine
from pipeline.settings import Settings
from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import DeadLetter, Filter
from pipeline.stores import embedded
from pipeline.stores.broker import connect
from pipeline.stores.embedded_process import owner_only
from pipeline.stores.vault import open_vault
from tests.processes import celery, program
from tests.processes.emulator import MANY, Emulator
from tests.processes.limited_account import LimitedAccount

Kind = Literal["accept", "deliver", "both", "sync", "imports"]
QUEUES: dict[Kind, str] = {
    "accept": "activations", "deliver": "deliveries", "both": "activations,deliveries", "sync": "sync",
    "imports": "imports",
}  # fmt: skip
THREADS: dict[Kind, int] = {"accept": 2, "deliver": 8, "both": 8, "sync": 2, "imports": 1}
FOUR = ("accept", "accept", "deliver", "deliver")

# What the passing of time does to claims, by state: their leases end.
END_LEASES = """
for _, key in ipairs(redis.call('KEYS', 'flying:*')) do
  for _, id in ipairs(redis.call('ZRANGE', key, 0, -1)) do
    for _, state in ipairs(ARGV) do
      if redis.call('HGET', 'batch:' .. id, 'state') == state then redis.call('ZADD', key, 0, id) end
    end
  end
end
for _, key in ipairs(redis.call('KEYS', 'intake:*:claim')) do redis.call('HSET', key, 'until', 0) end
"""

Found = TypeVar("Found")


def until(condition: Callable[[], Found], within: float = 120, what: str = "it") -> Found:
    """Wait for ``condition`` and return what it gives; fail when that takes more than ``within`` seconds."""
    deadline = time.monotonic() + within
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what} did not come within {within} s"
        time.sleep(0.02)
    return found


Command = Callable[[str], Sequence[str]]  # of a worker, by its name


def worker_of(kind: Kind) -> Command:
    """Return what starts a worker of ours."""
    worker = f"--quiet -A tasks worker -P threads -c {THREADS[kind]} -Q {QUEUES[kind]}"
    options = "-E --without-gossip --without-mingle"
    return lambda name: [*celery(f"{worker} {options}"), "-n", f"{name}@%h"]


class Worker:
    """One worker process."""

    def __init__(self, kind: str, name: str, command: Command, env: dict[str, str], folder: Path) -> None:
        self.kind = kind
        self.name = name
        self.command = command
        self.env = env
        self.up = False
        self.log = folder / f"{name}.log"
        self.process = program.start_program(command(name), env, self.log)

    def ready(self) -> bool:
        """Tell whether it fetches work."""
        assert self.alive(), self.log.read_text()[-2000:]
        return self.was_ready()

    def was_ready(self) -> bool:
        """Tell whether it got as far as to fetch work."""
        self.up = self.up or " ready." in self.log.read_text()
        return self.up

    def last_words(self) -> str:
        """Return the end of what it said."""
        return (self.log.read_text(errors="replace").strip().splitlines() or ["nothing"])[-1][-300:]

    def alive(self) -> bool:
        """Tell whether it runs."""
        return self.process.poll() is None

    def kill(self) -> None:
        """End it without a chance to say goodbye."""
        self.process.kill()
        self.process.wait()


class Environment:
    """Everything that runs; ``window`` is what a minute means to limits, in seconds."""

    def __init__(self, folder: Path, *, window: float = 2, read_timeout: float = 2, seed: int = 0) -> None:
        self.folder = folder
        self.workers: list[Worker] = []
        self.started = 0
        self.emulator = Emulator(folder, window, seed)
        self.start_redis()
        self.env = {
            "ACTIVATION_DATA_DIR": str(folder),
            "ACTIVATION_BROKER_URL": self.broker_url,
            "ACTIVATION_LIMIT_WINDOW": str(window),
            "ACTIVATION_READ_TIMEOUT": str(read_timeout),
        }
        settings = Settings.load(self.env)
        self.client = connect(self.broker_url)
        self.engine = open_engine(settings)
        self.records = Records(self.engine, open_vault(settings))

    def start_redis(self) -> None:
        """Start the server, again at the same address with all that its file holds."""
        self.use_redis()
        started = embedded.start(self.folder / "redis")
        assert started
        address, self.redis_keeper = started
        self.broker_url, self.redis_port = address.url, address.port

    def use_redis(self) -> None:
        """Hold the lock of a user of the server, also while there is none."""
        if not hasattr(self, "redis_users"):
            (self.folder / "redis").mkdir(exist_ok=True)
            path = self.folder / "redis" / embedded.USERS
            self.redis_users = open(path, "a", opener=owner_only)  # noqa: SIM115 - closed by close
            fcntl.flock(self.redis_users, fcntl.LOCK_SH)

    def redis_process(self) -> psutil.Process:
        """Return the server's process."""
        (server,) = psutil.Process(self.redis_keeper.pid).children()
        return server

    def kill_redis(self) -> None:
        """End the server without a chance to write anything more, and its keeper with it."""
        server = self.redis_process()
        server.kill()
        self.redis_keeper.kill()
        self.redis_keeper.wait()
        until(lambda: not server.is_running())

    def start(self, *kinds: Kind, **env: str) -> list[Worker]:
        """Start workers, and wait until they fetch work."""
        new = [self.start_one(kind, **env) for kind in kinds]
        until(lambda: all(worker.ready() for worker in new), within=120, what="a worker")
        return new

    def start_one(self, kind: Kind, **env: str) -> Worker:
        """Start a worker and go on at once."""
        return self.employ(kind, worker_of(kind), {**self.env, **env})

    def employ(self, kind: str, command: Command, env: dict[str, str]) -> Worker:
        """Start a worker of any kind."""
        self.started += 1
        worker = Worker(kind, f"{kind}{self.started}", command, env, self.folder)
        self.workers.append(worker)
        return worker

    def replace(self, worker: Worker) -> Worker:
        """Start another in the place of one that is gone or going."""
        self.workers.remove(worker)
        return self.employ(worker.kind, worker.command, worker.env)

    def stop(self, workers: Sequence[Worker] | None = None) -> None:
        """Tell workers to leave (all, unless named), and wait until they have."""
        leaving = list(self.workers if workers is None else workers)
        for worker in leaving:
            worker.process.terminate()
        for worker in leaving:
            worker.process.wait(120)
            self.workers.remove(worker)

    def close(self) -> None:
        """End everything."""
        for worker in self.workers:
            worker.kill()
        self.client.close()
        self.engine.dispose()
        embedded.stop(self.redis_keeper)
        self.redis_users.close()
        self.emulator.stop()

    def open(
        self,
        name: str,
        *,
        limit: int = MANY,
        password: str = "secret",
        event: bool = True,
        **destination: Any,
    ) -> LimitedAccount:
        """Set up an audience with a destination, a connector and an account of its own."""
        self.emulator.open(name, events=event, limit=limit)
        connector = {
            "kind": "responsys",
            "name": name,
            "username": name,
            "password": password,
            "auth_endpoint": self.emulator.url,
            "profile_list": "CONTACTS_LIST",
            "identifier_type": "hashed_email",
            "limits": {"triggerCustomEvent": limit},
            "utilisation": 1.0,
            "max_in_flight": 8,
        }
        options = {"action": "custom_event", "event": "LAPSED", "max_age": 1, **destination}
        self.apply({
            "connectors": {name: connector},
            "destinations": {name: {"audience": name, "connector": name, **options}},
        })  # fmt: skip
        return LimitedAccount(name, self.broker_url, self.client, self.engine, self.emulator)

    def apply(self, configuration: dict[str, Any]) -> None:
        """Store records and tell Redis, as ``activation apply`` does."""
        self.records.apply(configuration)
        mirror.refresh(self.client, self.records)

    def pause(self, scope: Any, name: str) -> None:
        """Stop sending, as ``activation pause`` does."""
        self.records.hold(scope, name, "paused")
        mirror.refresh(self.client, self.records)

    def resume(self, scope: Any, name: str) -> None:
        """Go on with what was paused or held, as ``activation resume`` does."""
        self.records.release(scope, name)
        mirror.refresh(self.client, self.records)

    def accepted(self) -> bool:
        """Tell whether nothing is left in the intake."""
        return not self.client.exists(*(f"intake:{shard}" for shard in range(SHARDS)))

    def drain(self, *limited_accounts: LimitedAccount, within: float = 120) -> None:
        """Wait until nothing is left, neither in the intake nor of these accounts."""

        def empty() -> bool:
            return self.accepted() and not any(
                limited_account.waiting() for limited_account in limited_accounts
            )

        try:
            until(empty, within, "an empty environment")
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.left_over(limited_accounts)}") from None

    def left_over(self, limited_accounts: Sequence[LimitedAccount]) -> dict[str, Any]:
        """Return what an environment holds that does not get empty."""
        return {
            "intake": [self.client.llen(f"intake:{shard}") for shard in range(SHARDS)],
            "waiting": [limited_account.waiting() for limited_account in limited_accounts],
            "holds": self.records.load().holds,
            "batches": self.batches(),
        }

    def letters(self, profile: str) -> list[DeadLetter]:
        """Return the dead letters of a profile, whatever they belong to."""
        every = dead_letters.find_letters(self.engine, Filter(), most=1_000_000)
        return [letter for letter in every if letter.profile_id == profile]

    def batches(self) -> list[dict[str, str]]:
        """Return what Redis knows of the batches under way."""
        found = [self.client.hgetall(key) for key in self.client.keys("batch:*[^s]")]
        kept = filter(None, found)  # a batch may be settled meanwhile
        return [{name.decode(): value.decode() for name, value in batch.items()} for batch in kept]

    def end_leases(self, *states: str) -> None:
        """Let the leases of batches in these states end, as they would in a minute or two."""
        self.client.eval(END_LEASES, 0, *states)


@contextmanager
def open_environment(folder: Path, *kinds: Kind, **options: Any) -> Iterator[Environment]:
    """Open an environment with these workers; nothing of it is left afterwards."""
    opened = Environment(folder, **options)
    try:
        opened.start(*kinds)
        yield opened
        assert opened.emulator.violations() == []
    finally:
        opened.close()
