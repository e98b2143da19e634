"""Kill workers, and Redis, at random, and ask what became of every activation.

A longer run than the suite's: ``python -m tests.processes.kills --activations 200000 --seconds 300``.
"""

import argparse
import json
import random
import tempfile
import threading
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from pipeline import Producer
from tests.processes.house import FOUR, House, Worker, house
from tests.processes.outlet import Mark, Outlet, activations

EACH = 5  # activations per profile
CHUNK = 500  # activations produced at a time
UNKNOWN = {"OutcomeUnknown", "Timeout"}  # codes of rows that may have been delivered all the same


@dataclass
class Plan:
    """What is sent, how long that takes, and what is killed meanwhile."""

    activations: int = 20_000
    seconds: float = 16  # to produce them
    pause: float = 2  # seconds between two kills
    redis_after: int = 3  # the kill that Redis' own comes after
    seed: int = 1
    patient: bool = False  # wait for the leases of the dead rather than let them end


@dataclass
class Outcome:
    """What became of the activations; ``stall`` is the longest time without a call, in seconds."""

    sent: int
    delivered: int
    dead_letters: dict[str, int]
    also_delivered: int  # dead letters of unknown outcome that turn out to have been delivered
    kills: int
    stall: float
    duplicates: list[Mark]
    lost: list[Mark]
    wrongly_refused: list[Mark]  # dead letters that were delivered although their code says they were not
    out_of_order: list[str]
    missing_from_books: int


def run(home: House, plan: Plan) -> Outcome:
    """Carry out the plan in a house with workers."""
    outlet = home.open("kills", max_age=0.5, max_rows=200)
    home.emulator.fault("kills", "latency", seconds=0.1, jitter=0.4)
    marks = [(f"p{n}", number) for number in range(EACH) for n in range(plan.activations // EACH)]
    producing = threading.Thread(target=produce, args=(outlet, marks, plan.seconds))
    producing.start()
    kills = kill(home, plan, producing)
    if not plan.patient:
        bury(home)
    home.drain(outlet, within=300)
    return account(outlet, marks, kills)


def produce(outlet: Outlet, marks: list[Mark], seconds: float) -> None:
    """Produce the activations in their order, evenly over the time."""
    chunks = [marks[start : start + CHUNK] for start in range(0, len(marks), CHUNK)]
    began = time.monotonic()
    with Producer(broker_url=outlet.broker_url) as producer:
        for position, chunk in enumerate(chunks):
            rows = [row for profile, number in chunk for row in activations([profile], number)]
            assert not producer.activate_many(rows, audience=outlet.name).errors
            time.sleep(max(0, began + seconds * (position + 1) / len(chunks) - time.monotonic()))


def kill(home: House, plan: Plan, producing: threading.Thread) -> int:
    """Kill a worker every few seconds and start another in its place, until all is produced."""
    dice = random.Random(plan.seed)
    kills = 0
    while producing.is_alive():
        producing.join(plan.pause)
        victim: Worker = dice.choice(home.workers)
        victim.kill()
        home.workers.remove(victim)
        home.start_one(victim.kind)
        kills += 1
        if kills == plan.redis_after:
            home.kill_redis()
            home.start_redis()
    return kills


def bury(home: House) -> None:
    """Let the leases of the killed end now; only while nobody lives can they be told from others."""
    workers = list(home.workers)
    home.stop()
    home.end_leases("claimed", "begun", "lapsed")
    home.start(*[worker.kind for worker in workers])


def account(outlet: Outlet, marks: list[Mark], kills: int) -> Outcome:
    """Find the fate of every activation."""
    delivered = outlet.delivered()
    times = Counter(delivered)
    refused = outlet.refused()
    calls = [call["time"] for call in outlet.emulator.calls(outlet.name)]
    numbers = defaultdict(list)
    for profile, number in delivered:
        numbers[profile].append(number)
    return Outcome(
        sent=len(marks),
        delivered=len(delivered),
        dead_letters=dict(Counter(refused.values())),
        also_delivered=sum(mark in times for mark in refused),
        kills=kills,
        stall=round(max(later - sooner for sooner, later in pairwise(calls)), 1),
        duplicates=[mark for mark, count in times.items() if count > 1],
        lost=[mark for mark in marks if mark not in times and mark not in refused],
        wrongly_refused=[mark for mark, code in refused.items() if mark in times and code not in UNKNOWN],
        out_of_order=[profile for profile, found in numbers.items() if found != sorted(found)],
        missing_from_books=outlet.missing_from_books(),
    )


def main() -> None:
    """Run a plan of the command line and print its outcome."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--activations", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--pause", type=float, default=2)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    plan = Plan(**vars(parser.parse_args()), redis_after=10, patient=True)
    print(plan)  # noqa: T201 - a person waits for it
    with tempfile.TemporaryDirectory() as folder, house(Path(folder), *FOUR) as home:
        print(json.dumps(asdict(run(home, plan)), indent=2))  # noqa: T201


if __name__ == "__main__":
    main()
