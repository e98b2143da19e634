"""Promotions under load: the primary is killed again and again, and every activation is accounted for.

::

    python -m tests.chaos.promotions --promotions 20 --activations 20000 --replicas 1
"""

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import redis

from pipeline import Producer
from pipeline.model.activation import Activation
from pipeline.produce.appender import AppendFailed
from tests.processes.constellation import SentinelEnvironment, open_sentinel_environment
from tests.processes.environment import until
from tests.processes.limited_account import LimitedAccount, activation

CHUNK = 50  # activations of one append
CUT_OFF = 0.3  # seconds before its end in which the replicas of a primary get nothing
DRAIN = 180  # seconds until everything must have met its fate
CREW = ("accept", "deliver", "deliver")


@dataclass(frozen=True)
class PromotionOutcome:
    """What became of every activation whose id was returned."""

    replicas: int
    promotions: int  # also those of a primary that lived, but did not answer in time
    accepted: int
    delivered: int
    lost: int  # neither delivered nor a dead letter
    twice: int  # delivered more than once
    twice_untold: int  # of these, without a dead letter that says so
    letters: int
    repeated_appends: int
    workers_ended: int
    seconds: float

    @property
    def sound(self) -> bool:
        """Whether nothing is lost, and nothing happened twice without a word."""
        return not (self.lost or self.twice_untold or self.workers_ended)


class Load(threading.Thread):
    """Appends activations, evenly until ``seconds`` are over, and again what may be missing."""

    def __init__(self, limited_account: LimitedAccount, amount: int, seconds: float, replicas: int) -> None:
        super().__init__(daemon=True)
        self.limited_account, self.amount, self.pause = limited_account, amount, seconds * CHUNK / amount
        self.replicas = replicas
        self.share = amount  # that may be appended so far
        self.accepted = 0
        self.repeated = 0

    def run(self) -> None:
        """Append all."""
        with Producer(
            broker_url=self.limited_account.broker_url, replicas=self.replicas, patience=2, bell=Silent()
        ) as producer:
            for first in range(0, self.amount, CHUNK):
                rows = [activation(f"p{n}", 0) for n in range(first, min(first + CHUNK, self.amount))]
                until(lambda beyond=first: beyond < self.share, within=DRAIN, what="the next promotion")
                self.append(producer, rows)
                time.sleep(self.pause)

    def append(self, producer: Producer, rows: Sequence[dict[str, object]]) -> None:
        """Append some, until their ids are returned."""
        chunk: Sequence[object] = rows
        while chunk:
            try:
                producer.activate_many(chunk, audience=self.limited_account.name)
                chunk = []
            except AppendFailed as error:
                self.repeated += 1
                chunk = [as_row(each) for each in error.activations]
        self.accepted += len(rows)


class Silent:
    """Rings for nothing: timers see what waits."""

    def ring_accept(self, shard: int) -> None:
        """Do nothing."""


def as_row(found: Activation) -> dict[str, object]:
    """Return an activation as it can be appended again."""
    return {**activation(found.profile_id, 0), "id": found.id}


def run(
    folder: Path, promotions: int, activations: int, replicas: int, down_after: int = 3_000
) -> PromotionOutcome:
    """Carry it out."""
    began = time.monotonic()
    with open_sentinel_environment(folder, down_after=down_after) as environment:
        environment.env["ACTIVATION_REPLICAS"] = str(replicas)
        environment.start(*CREW)
        limited_account = environment.open("promoted", max_rows=20)
        environment.emulator.fault(limited_account.name, "latency", seconds=0.02)
        load = Load(limited_account, activations, promotions * 3, replicas)
        load.share = activations // promotions
        load.start()
        for number in range(promotions):
            load.share = (number + 1) * activations // promotions
            until(lambda: load.accepted > load.share - activations // promotions // 2, within=DRAIN)
            environment.constellation.kill_primary(CUT_OFF)
            environment.constellation.heal()
            sys.stderr.write(f"{number + 1} of {promotions}: {load.accepted:,} accepted\n")
        load.join()
        drain(environment, limited_account)
        return account(environment, limited_account, load, promotions, time.monotonic() - began)


def drain(environment: SentinelEnvironment, limited_account: LimitedAccount) -> None:
    """Wait until nothing is left."""

    def empty() -> bool:
        with suppress(redis.RedisError):
            return environment.accepted() and not limited_account.waiting()
        return False

    until(empty, DRAIN, "an empty environment")


def account(
    environment: SentinelEnvironment,
    limited_account: LimitedAccount,
    load: Load,
    promotions: int,
    seconds: float,
) -> PromotionOutcome:
    """Count."""
    delivered = Counter(profile for profile, _ in limited_account.delivered())
    told = {profile for profile, _ in limited_account.refused()}
    produced = {f"p{n}" for n in range(load.accepted)}
    twice = {profile for profile, times in delivered.items() if times > 1}
    return PromotionOutcome(
        replicas=load.replicas,
        promotions=environment.constellation.promotions(),
        accepted=load.accepted,
        delivered=sum(delivered.values()),
        lost=len(produced - delivered.keys() - told),
        twice=len(twice),
        twice_untold=len(twice - told),
        letters=len(told),
        repeated_appends=load.repeated,
        workers_ended=sum(not worker.alive() for worker in environment.workers),
        seconds=round(seconds, 1),
    )


def main() -> None:
    """Run it with the numbers of the command line; exit with 1 if it is not sound."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.promotions")
    parser.add_argument("--promotions", type=int, default=20)
    parser.add_argument("--activations", type=int, default=20_000)
    parser.add_argument("--replicas", type=int, default=1)
    parser.add_argument("--down-after", type=int, default=3_000, help="milliseconds until a promotion")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="promotions-") as folder:
        outcome = run(Path(folder), wanted.promotions, wanted.activations, wanted.replicas, wanted.down_after)
    for name, value in asdict(outcome).items():
        sys.stdout.write(f"{name.replace('_', ' '):18}{value:>10,}\n")
    sys.exit(not outcome.sound and wanted.replicas > 0)


if __name__ == "__main__":
    main()
