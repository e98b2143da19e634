"""How long after a batch is due its call leaves, while the workers have nothing else to do.

Due is by age, when a row has waited ``max_age``, or by size, when the 200th row has come into the lane. When
a row comes in we learn from Redis (a keyspace notification), when a call has arrived from the emulator.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bench.environment import Environment, destination, open_environment
from bench.finding import Finding, percentile
from bench.race import TIMEOUT, wait_accepted
from bench.rows import rows
from bench.size import Size
from pipeline import Producer

ROUNDS = 5
MAX_AGE = 2.0  # seconds
SPREAD = 0.06  # seconds between two rows, on average


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Send one row, or the last row of 200, to each of many destinations at random times."""
    aged = [f"AGE_{number}" for number in range(size.destinations)]
    filled = [f"SIZE_{number}" for number in range(size.destinations)]
    with open_environment((*aged, *filled)) as environment:
        environment.configure({
            **{name.lower(): destination(name, name, MAX_AGE) for name in aged},
            **{name.lower(): destination(name, name) for name in filled},
        })  # fmt: skip
        environment.work("accept", "activations", 1)
        environment.work("deliver", "deliveries", 2)
        with Producer(environment.broker_url) as producer, arrivals(environment) as arrived:
            trial = Trial(environment, producer, arrived)
            trial.round("warm", aged, 0, 0)
            say("due by age")
            by_age = [delay for n in range(ROUNDS) for delay in trial.round(f"a{n}", aged, 0, MAX_AGE)]
            say("due by size")
            by_size = [delay for n in range(ROUNDS) for delay in trial.round(f"s{n}", filled, 199, 0)]
    return [*findings("age", by_age), *findings("size", by_size)]


class Trial:
    """Sends rows and notes how late their calls were."""

    def __init__(self, environment: Environment, producer: Producer, arrived: dict[str, float]) -> None:
        self.environment = environment
        self.producer = producer
        self.arrived = arrived

    def round(self, prefix: str, audiences: list[str], before: int, max_age: float) -> list[float]:
        """Send ``before`` rows to each audience, then one more to each at random times; return the delays."""
        self.environment.emulator.forget()
        for audience in audiences:
            self.producer.activate_many(rows(before, audience, prefix))
        wait_accepted(self.environment)
        for audience in random.sample(audiences, len(audiences)):
            time.sleep(random.uniform(0, 2 * SPREAD))
            self.producer.activate_many(rows(1, audience, f"{prefix}-last"))
        self.environment.emulator.wait_for((before + 1) * len(audiences), TIMEOUT)
        return [
            call["time"] - self.arrived[call["target"].lower()] - max_age
            for call in self.environment.emulator.calls()
        ]


@contextmanager
def arrivals(environment: Environment) -> Iterator[dict[str, float]]:
    """Note, for each destination, when its lane got its latest row."""
    arrived: dict[str, float] = {}

    def listen(message: dict[str, bytes]) -> None:
        if message["data"] == b"zadd":
            lane = message["channel"].decode().rpartition("lane:")[2]
            arrived[lane.partition("/")[0]] = time.time()

    environment.client.config_set("notify-keyspace-events", "Kz")
    with environment.client.pubsub() as pubsub:
        pubsub.psubscribe(**{"__keyspace@*__:lane:*": listen})
        thread = pubsub.run_in_thread(sleep_time=1, daemon=True)
        try:
            yield arrived
        finally:
            thread.stop()
            threading.Thread.join(thread, timeout=5)


def findings(due: str, delays: list[float]) -> list[Finding]:
    """Return the percentiles of one kind."""
    note = f"{len(delays)} batches, from {1000 * min(delays):.0f} to {1000 * max(delays):.0f} ms"
    return [
        Finding(f"due by {due}, p50", 1000 * percentile(delays, 0.5), "ms", note),
        Finding(f"due by {due}, p99", 1000 * percentile(delays, 0.99), "ms"),
    ]
