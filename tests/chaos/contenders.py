"""Who takes part in the yardstick: two workers each, the same producer's rows, the same account."""

import os
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable

from bench import baselines_env
from bench.rows import AUDIENCE, EVENT, rows
from pipeline.lanes.lanes import Lanes
from tests.chaos.accounts import configure, limited_account
from tests.chaos.producing import Stream
from tests.processes import ROOT
from tests.processes.environment import Environment, until

WORKERS = 2
NAME = "lapsed"


class Contender(ABC):
    """One way to do the work."""

    name: str

    @abstractmethod
    def start(self, environment: Environment) -> None:
        """Start the workers."""

    @abstractmethod
    def produce(self, environment: Environment, profiles: int, seconds: float) -> Callable[[], bool]:
        """Begin to produce; return what tells that all is produced."""

    @abstractmethod
    def finish(self, environment: Environment) -> None:
        """Have sent what is not a full call."""

    def done(self, environment: Environment) -> bool:
        """Tell whether all rows have met their fate, where one can know."""
        return False

    def refused(self, environment: Environment) -> set[str]:
        """Return the profiles that are left to a person's decision."""
        return set()


class Pipeline(Contender):
    """Ours, with everything as it comes."""

    name = "the pipeline"

    def start(self, environment: Environment) -> None:
        """Start workers for both queues."""
        configure(environment, {
            "connectors": {"acme": {
                "kind": "responsys", "username": "api_user", "password": "secret", "list_folder": "Main",
                "auth_endpoint": environment.emulator.url, "profile_list": "CONTACTS_LIST",
                "identifier_type": "hashed_email", "limits": {"triggerCustomEvent": 1_000_000},
            }},
            "destinations": {
                NAME: {"audience": AUDIENCE, "connector": "acme", "action": "custom_event", "event": EVENT}
            },
        })  # fmt: skip
        environment.start(*["both"] * WORKERS)

    def produce(self, environment: Environment, profiles: int, seconds: float) -> Callable[[], bool]:
        """Activate evenly, chunk by chunk."""
        stream = Stream(environment.broker_url, AUDIENCE, list(rows(profiles)), seconds)
        stream.start()
        return lambda: not stream.is_alive()

    def finish(self, environment: Environment) -> None:
        """``activation flush``, when all is accepted."""
        until(environment.accepted, within=90)
        Lanes(environment.client).flush(NAME)

    def done(self, environment: Environment) -> bool:
        """Tell whether nothing waits any more."""
        return environment.accepted() and not limited_account(environment, NAME, "acme").waiting()

    def refused(self, environment: Environment) -> set[str]:
        """Return whose dead letters there are."""
        return {letter.profile_id for letter in limited_account(environment, NAME, "acme").letters()}


class Baseline(Contender):
    """Plain Celery tasks, as careful as settings can make them."""

    def __init__(self, name: str, task: str) -> None:
        self.name = name
        self.task = task

    def start(self, environment: Environment) -> None:
        """Start workers in an interpreter with packages of its own."""
        self.python = baselines_env.prepare()
        self.env = {
            "BENCH_BROKER_URL": environment.broker_url,
            "BENCH_RESPONSYS_URL": environment.emulator.url,
            "BENCH_CAREFUL": "1",
            "PYTHONPATH": str(ROOT),
        }
        app = f"-m celery -A bench.baselines.{self.task} worker -l INFO -P threads -c 4 -Q baseline"
        for _ in range(WORKERS):
            environment.employ(
                "baseline", lambda name: [self.python, *app.split(), *self.quiet(name)], self.env
            )
        until(lambda: all(worker.ready() for worker in environment.workers), within=120)

    def quiet(self, name: str) -> list[str]:
        """Name a worker."""
        return ["-n", f"{name}@%h", "--without-gossip", "--without-mingle"]

    def produce(self, environment: Environment, profiles: int, seconds: float) -> Callable[[], bool]:
        """Publish a message for each row, evenly, in a process of its own."""
        command = [self.python, "-m", "bench.baselines.publish", self.task, str(profiles), str(seconds)]
        with open(environment.folder / "publish.log", "w") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **self.env},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        assert process.stdin
        process.stdin.write(b"go\n")
        process.stdin.close()
        return lambda: process.poll() is not None

    def finish(self, environment: Environment) -> None:
        """Do nothing: after ten seconds each worker sends what it has."""


class Buffered(Baseline):
    """What collects rows needs somebody who says when to send the rest."""

    def finish(self, environment: Environment) -> None:
        """Have sent what has been collected."""
        code = "from bench.baselines.buffered import flush; flush.delay()"
        subprocess.run(
            [self.python, "-c", code], cwd=ROOT, env={**os.environ, **self.env}, check=True, timeout=60
        )


CONTENDERS: tuple[Contender, ...] = (
    Pipeline(),
    Baseline("celery-batches", "batched"),
    Buffered("a Lua buffer", "buffered"),
)
