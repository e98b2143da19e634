"""Let storms come over an environment, replace killed workers, and note the time of each event."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import redis

from tests.chaos.plan import Storm
from tests.chaos.web_processes import WebProcesses
from tests.processes.environment import Environment, Worker
from tests.processes.proxy import Proxy

TICK = 0.05  # seconds
OF_SQL = ("SQL locked", "SQL away")
STORES = ("activation.db", "events.db")  # of SQLite; the second is there where streams are read
TABLES = (
    ("activation.db", "batches"), ("activation.db", "statistics"), ("activation.db", "dead_letters"),
)  # fmt: skip
CALM = 3  # seconds for which all workers must have been up before one is hit, at most
PATIENCE = 30  # seconds after which who was told to leave is killed
Busy = Callable[[], Iterable[str]]  # names the destinations that have work which may go now


@dataclass(frozen=True)
class Blow:
    """A storm that came: its ends in seconds since the epoch, and who had work when it was over."""

    kind: str
    began: float
    ended: float
    busy: tuple[str, ...]


@dataclass
class Log:
    """What happened."""

    blows: list[Blow] = field(default_factory=list)
    left_after: list[float] = field(default_factory=list)  # seconds after SIGTERM
    died: list[str] = field(default_factory=list)  # running workers that ended by themselves: last words
    not_started: list[str] = field(default_factory=list)  # those that ended before they fetched any work
    repeated_appends: int = 0


class Storms:
    """Carries storms out; one thread does all of it."""

    tables: Sequence[tuple[str, str]] = TABLES  # stores and tables of which one is away

    def __init__(
        self, environment: Environment, proxy: Proxy, busy: Busy, webs: WebProcesses | None = None
    ) -> None:
        self.environment = environment
        self.webs = webs
        self.proxy = proxy
        self.busy = busy
        self.log = Log()
        self.whole_since: float | None = None  # the time from which on all workers have been up
        self.raging: list[str] = []  # kinds of storms
        self.leaving: list[tuple[Worker, float]] = []
        self.begin = {
            "SIGKILL": self.kill, "SIGTERM": self.send_away, "Redis killed": self.kill_redis,
            "SQL locked": self.lock, "SQL away": self.take_away, "half-open": self.cut,
            "web killed": self.kill_web,
        }  # fmt: skip
        self.end = {
            "Redis killed": environment.start_redis, "SQL locked": self.unlock, "SQL away": self.bring_back,
        }  # fmt: skip

    def rage(self, storms: Iterable[Storm], until: Callable[[], bool], *, every: bool = True) -> None:
        """Let storms come until ``until``; ``every``: also those that had to wait longer than that."""
        start = time.monotonic()
        coming = [(storm.at, number, storm) for number, storm in enumerate(storms)]
        raging: list[tuple[float, int, Storm, float]] = []  # by their ends, with their beginnings
        while coming or raging:
            if not every and until():
                coming = []
            now = time.monotonic() - start
            for moment in list(coming):
                at, number, storm = moment
                if at <= now and self.may_come(storm):
                    coming.remove(moment)
                    raging.append((now + storm.lasts, number, storm, time.time()))
                    self.raging.append(storm.kind)
                    self.begin[storm.kind](storm)
            for over in [each for each in raging if each[0] <= now]:
                raging.remove(over)
                self.blow_over(over[2], over[3])
            self.watch()
        while self.leaving or not until():
            self.watch()

    def may_come(self, storm: Storm) -> bool:
        """Tell whether a storm may come now: workers are hit when all have been up for a while.

        One of SQL or of Redis waits for the end of another, which holds the lock or the server that it needs.
        """
        alike = OF_SQL if storm.kind in OF_SQL else (storm.kind,)
        if any(kind in alike for kind in self.raging):
            return False
        if storm.kind not in ("SIGKILL", "SIGTERM"):
            return True
        return self.whole_since is not None and time.monotonic() - self.whole_since >= CALM * storm.choice

    def blow_over(self, storm: Storm, began: float) -> None:
        """End a storm, and see who has work then."""
        self.raging.remove(storm.kind)
        if storm.kind in self.end:
            self.end[storm.kind]()
        self.log.blows.append(Blow(storm.kind, began, time.time(), self.who_is_busy()))

    def watch(self) -> None:
        """Replace whoever has ended, see off who was told to leave, and take a short breath."""
        for worker in [worker for worker in self.environment.workers if not worker.alive()]:
            ended = self.log.died if worker.was_ready() else self.log.not_started
            ended.append(f"{worker.name}: {worker.last_words()}")
            self.environment.replace(worker)
        for worker, told in list(self.leaving):
            if worker.alive() and time.monotonic() - told > PATIENCE:
                worker.kill()
            if not worker.alive():
                self.log.left_after.append(time.monotonic() - told)
                self.leaving.remove((worker, told))
        whole = len(self.up()) == len(self.environment.workers)
        self.whole_since = (self.whole_since or time.monotonic()) if whole else None
        time.sleep(TICK)

    def who_is_busy(self) -> tuple[str, ...]:
        """Name who has work; nobody when that cannot be asked now."""
        try:
            return tuple(self.busy())
        except redis.RedisError:
            return ()

    def up(self) -> list[Worker]:
        """Return the workers that fetch work."""
        return [worker for worker in self.environment.workers if worker.was_ready()]

    def victim(self, storm: Storm) -> Worker:
        """Choose a worker, one that fetches work if there is any."""
        ready = self.up() or self.environment.workers
        return ready[int(storm.choice * len(ready))]

    def kill(self, storm: Storm) -> None:
        """SIGKILL a worker and start another."""
        worker = self.victim(storm)
        worker.kill()
        self.replace(worker)

    def send_away(self, storm: Storm) -> None:
        """SIGTERM a worker and start another."""
        worker = self.victim(storm)
        worker.process.terminate()
        self.leaving.append((worker, time.monotonic()))
        self.replace(worker)

    def replace(self, worker: Worker) -> None:
        """Start another worker, and let nobody be hit until it is up."""
        self.environment.replace(worker)
        self.whole_since = None

    def kill_redis(self, storm: Storm) -> None:
        """End Redis without a chance to write anything more."""
        self.environment.kill_redis()

    def kill_web(self, storm: Storm) -> None:
        """End a web process with what it has in hand."""
        assert self.webs is not None
        self.webs.kill(storm.choice)

    def cut(self, storm: Storm) -> None:
        """Let the connections of whoever uses the proxy go dead."""
        self.proxy.cut()

    def lock(self, storm: Storm) -> None:
        """Hold the locks of whoever writes to SQLite."""
        files = [self.environment.folder / name for name in STORES]
        self.writers = [
            sqlite3.connect(file, isolation_level=None, timeout=60) for file in files if file.exists()
        ]
        for writer in self.writers:
            writer.execute("BEGIN IMMEDIATE")

    def unlock(self) -> None:
        """Let others write again."""
        for writer in self.writers:
            writer.close()

    def take_away(self, storm: Storm) -> None:
        """Let a table be away, as with a database that restarts: whoever needs it gets an error."""
        self.store, self.table = self.tables[int(storm.choice * len(self.tables))]
        self.alter(f"ALTER TABLE {self.table} RENAME TO {self.table}_away")

    def bring_back(self) -> None:
        """Bring the table back."""
        self.alter(f"ALTER TABLE {self.table}_away RENAME TO {self.table}")

    def alter(self, statement: str) -> None:
        """Change a table, waiting for whoever writes."""
        connection = sqlite3.connect(self.environment.folder / self.store, timeout=60)
        with connection:
            connection.execute(statement)
        connection.close()

    def close(self) -> None:
        """Leave nobody behind."""
        for worker, _ in self.leaving:
            with suppress(OSError):
                worker.kill()
