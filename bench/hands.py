"""Do with this process' own hands what workers do, step by step, and count the CPU time of each step.

Whatever else the machine is busy with adds little to CPU time, and the server counts its own.
"""

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from operator import attrgetter
from statistics import median
from typing import Any

from bench.environment import Environment
from bench.finding import Finding, number
from pipeline import Producer
from pipeline.lanes.batch import ClaimedBatch
from pipeline.model.shard import SHARDS
from pipeline.operate.status.status import read_status
from pipeline.records import mirror
from pipeline.runtime.worker import Worker
from pipeline.settings import Settings

NOTHING = "nothing to accept"
ROUNDS = 7
DUTIES = 5  # beats, and so on, in each round
FULL = 200  # rows in a batch
AIM = "≤ 1.3"


@dataclass(frozen=True)
class Cost:
    """CPU microseconds: those of this process, which stands for a worker, and those of the server."""

    worker: float
    redis: float

    @property
    def whole(self) -> float:
        """Both together."""
        return self.worker + self.redis


class Hands:
    """One process that produces, accepts and delivers when told to."""

    def __init__(self, environment: Environment, runtime: Worker, producer: Producer) -> None:
        self.environment = environment
        self.runtime = runtime
        self.producer = producer

    def cost(self, step: Callable[[], object], per: int = 1) -> Cost:
        """Return what a step takes, divided by ``per``."""
        redis, worker = self._redis(), time.process_time()
        step()
        worker, redis = time.process_time() - worker, self._redis() - redis
        return Cost(1e6 * worker / per, 1e6 * redis / per)

    def _redis(self) -> float:
        used = self.environment.client.info("cpu")
        return float(used["used_cpu_user_main_thread"]) + float(used["used_cpu_sys_main_thread"])

    def accept(self) -> None:
        """Accept all of the intake."""
        for shard in range(SHARDS):
            while self.accept_shard(shard) != NOTHING:
                pass

    def accept_shard(self, shard: int) -> str:
        """Accept up to ten claims of one shard; return the summary."""
        return self.runtime.acceptance.accept(shard)

    def deliver(self, batches: int) -> None:
        """Claim, send and settle so many batches."""
        for _ in range(batches):
            self.finish(self.claim())

    def claim(self) -> ClaimedBatch:
        """Claim a batch, which must be there."""
        claimed = self.runtime.dispatch.next_batch()
        assert isinstance(claimed, ClaimedBatch)
        return claimed

    def finish(self, claimed: ClaimedBatch) -> None:
        """Send and settle a claimed batch."""
        self.runtime.delivery.deliver(claimed.batch, claimed.attempt)

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Have a batch on its way meanwhile."""
        claimed = self.claim()
        yield
        self.finish(claimed)

    def beat(self) -> None:
        """Do what a worker's timer does once a second."""
        self.environment.client.delete("turn:intake")
        self.runtime.heartbeat.beat(self.runtime.catalog())

    def show(self) -> None:
        """Do what ``activation status`` does."""
        read_status(self.environment.client, self.runtime.engine, self.runtime.catalog(), patience=0)

    def publish(self) -> None:
        """Do what a worker does when somebody has changed the configuration."""
        mirror.publish(self.environment.client, self.runtime.catalog())


@contextmanager
def hands(environment: Environment) -> Iterator[Hands]:
    """Open what a worker has; nobody else works in the environment."""
    with Producer(environment.broker_url) as producer:
        runtime = Worker(Settings.load(environment.env))
        try:
            yield Hands(environment, runtime, producer)
        finally:
            runtime.doorbell.close()
            runtime.engine.dispose()
            runtime.client.close()


@dataclass(frozen=True)
class Step:
    """Something whose cost must not grow."""

    what: str
    unit: str
    share: float  # of a microsecond that the unit has
    aim: str = ""


ACCEPTING = Step("accepting", "µs/row", 1, AIM)
DELIVERING = Step("delivering", "µs/row", 1, AIM)
BEATING = Step("a beat", "ms", 1e-3, AIM)
SHOWING = Step("status", "ms", 1e-3)
PUBLISHING = Step("publishing", "ms", 1e-3)
Costs = dict[Step, Cost]
Row = dict[str, Any]


def tune_as_worker() -> None:
    """Collect garbage as rarely as a worker does (tasks/app.py)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def in_turns(
    sizes: Mapping[str, tuple[Hands, Iterable[Row]]], count: int, rounds: int = ROUNDS
) -> list[Finding]:
    """Do the same work at every size in turns; ``count`` of the rows at hand in each round.

    Returns each step's cost at each size, and how far the largest is above the smallest, which come first and
    last: the median of the rounds' own ratios, so that what else the machine does meets all of them.
    """
    tune_as_worker()
    work = {size: (of, iter(rows)) for size, (of, rows) in sizes.items()}
    done = [{size: costs(*each, count) for size, each in work.items()} for _ in range(rounds)]
    return [one for step in done[0][next(iter(sizes))] for one in findings(step, done)]


def costs(of: Hands, rows: Iterator[Row], count: int) -> Costs:
    """Return what it costs to take on some rows of one lane and to send as many, and the other duties."""
    of.producer.activate_many(islice(rows, count + FULL))
    found = {ACCEPTING: of.cost(of.accept, count + FULL)}
    with of.sending():  # so that a beat sends off no other
        for step, duty in ((BEATING, of.beat), (SHOWING, of.show), (PUBLISHING, of.publish)):
            found[step] = of.cost(lambda duty=duty: [duty() for _ in range(DUTIES)], DUTIES)
    found[DELIVERING] = of.cost(partial(of.deliver, count // FULL), count)
    return found


def findings(step: Step, rounds: Sequence[Mapping[str, Costs]]) -> Iterator[Finding]:
    """Return one step's cost at each size, smallest first, and how much it grew."""
    smallest, *_, largest = rounds[0]
    for size in rounds[0]:
        several = [one[size][step] for one in rounds]
        worker, redis = (
            step.share * median(of(cost) for cost in several)
            for of in (attrgetter("worker"), attrgetter("redis"))
        )
        note = f"worker {number(worker)}, Redis {number(redis)}"
        yield Finding(f"{step.what}, {size}", worker + redis, step.unit, note)
    grown = [one[largest][step].whole / one[smallest][step].whole for one in rounds]
    spread = f"{min(grown):.2f} to {max(grown):.2f}"
    yield Finding(f"{step.what}, {largest} : {smallest}", median(grown), "times", spread, step.aim)
