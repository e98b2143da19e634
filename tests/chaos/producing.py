"""Produce activations in a steady stream, and again what a dead Redis gave no answer for."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline import Producer
from pipeline.produce.appender import AppendFailed
from tests.processes.limited_account import Mark

EACH = 5  # activations per profile
NEIGHBOURS = 1_000  # profiles whose activations come mixed
CHUNK = 100  # activations produced at a time


def marks_of(count: int, seed: int, audience: str) -> list[Mark]:
    """Draw the order of so many activations: a profile's own are numbered as they come."""
    dice = random.Random(f"{seed} {audience}")
    numbers: Counter[str] = Counter()
    marks = []
    for profile in drawn(-(-count // EACH), dice):
        marks.append((profile, numbers[profile]))
        numbers[profile] += 1
    return marks[:count]


def drawn(profiles: int, dice: random.Random) -> Iterator[str]:
    """Name profiles, each some times, mixed with their neighbours."""
    for first in range(0, profiles, NEIGHBOURS):
        block = [f"p{n}" for n in range(first, min(first + NEIGHBOURS, profiles))] * EACH
        dice.shuffle(block)
        yield from block


class Stream(threading.Thread):
    """Produces the activations of one audience, evenly over a time."""

    def __init__(
        self, broker_url: str, audience: str, rows: Sequence[Mapping[str, Any]], seconds: float
    ) -> None:
        super().__init__(name=f"producer of {audience}", daemon=True)
        self.broker_url = broker_url
        self.audience = audience
        self.rows = rows
        self.seconds = seconds
        self.repeated = 0  # appends that were not answered and done again
        self.problem: BaseException | None = None

    def run(self) -> None:
        """Produce everything."""
        try:
            self.produce()
        except BaseException as error:
            self.problem = error
            raise

    def produce(self) -> None:
        """Produce chunk by chunk; a chunk that is late is followed by the next at once."""
        began = time.monotonic()
        with Producer(broker_url=self.broker_url) as producer:
            for first in range(0, len(self.rows), CHUNK):
                self.append(producer, self.rows[first : first + CHUNK])
                due = began + self.seconds * (first + CHUNK) / len(self.rows)
                time.sleep(max(0, due - time.monotonic()))

    def append(self, producer: Producer, chunk: Sequence[Mapping[str, Any]]) -> None:
        """Append one chunk, and as long as nobody knows whether it arrived again with its ids."""
        try:
            assert not producer.activate_many(chunk, audience=self.audience).errors
            return
        except AppendFailed as error:
            left = error.activations
        while left:
            self.repeated += 1
            try:
                producer.append(left)
                return
            except AppendFailed as error:
                left = error.activations
