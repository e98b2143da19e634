"""How long an operator waits: status, numbers and dead letters with many lanes and many open letters."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from statistics import median

from sqlalchemy import Engine, insert

from bench.environment import CONNECTOR
from bench.finding import Finding, number
from bench.hands import Hands
from bench.lanes import with_lanes
from bench.rows import AUDIENCE
from bench.size import Size
from pipeline.operate.status.status import read_status
from pipeline.operate.summary import read_summary
from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import Filter
from pipeline.stores import tables

ROUNDS = 7
LETTERS_AT_ONCE = 10_000  # in one transaction
PLACES = 100  # destinations that dead letters belong to
CODES = ("RECIPIENT_NOT_FOUND", "Invalid", "Timeout")
COMMANDS = (("--help",), ("status",), ("dead-letters", "list"), ("stats",))
START = "from pipeline.cli import main; main()"


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Look at one set-up as its operator does, first with many lanes, then with many dead letters as well."""
    lanes = size.lanes[-1]
    say(f"{lanes:,} lanes")
    with with_lanes(lanes) as (worker, _):
        found = [reading(worker, f"status, {lanes:,} lanes", worker.show, "≤ 0.15")]
        say(f"{size.letters:,} open dead letters")
        write_letters(worker.runtime.engine, size.letters)
        with_letters = f"{lanes:,} lanes, {size.letters:,} letters"
        found += [
            reading(worker, f"{what}, {with_letters}", read, "≤ 0.3")
            for what, read in readings(worker).items()
        ]
        say("whole commands")
        return found + [command(worker, arguments) for arguments in COMMANDS]


def readings(worker: Hands) -> dict[str, Callable[[], object]]:
    """Return what three commands read, and a list that is narrowed down."""
    engine, client, catalog = worker.runtime.engine, worker.environment.client, worker.runtime.catalog()

    def letters(chosen: Filter) -> None:
        dead_letters.count(engine, chosen)
        dead_letters.find_letters(engine, chosen, 50)

    return {
        "status": lambda: read_status(client, engine, catalog, patience=0),
        "stats": lambda: read_summary(client, engine, catalog, days=7),
        "dead-letters list": lambda: letters(Filter()),
        "dead-letters list --code": lambda: letters(Filter(code="Timeout")),
    }


def reading(worker: Hands, what: str, read: Callable[[], object], aim: str) -> Finding:
    """Measure the time and the CPU of one look."""
    times, costs = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        costs.append(worker.cost(read))
        times.append(time.perf_counter() - began)
    process, redis = (median(getattr(cost, of) for cost in costs) / 1e6 for of in ("worker", "redis"))
    note = f"CPU {number(process)}, of Redis {number(redis)}"
    return Finding(f"reading {what}", median(times), "s", note, aim)


def command(worker: Hands, arguments: tuple[str, ...]) -> Finding:
    """Measure the CPU of a whole command, its start included; a worker is to be seen."""
    times = []
    for _ in range(ROUNDS):
        worker.environment.client.set("turn:intake", "bench", ex=60)
        process = subprocess.Popen(
            [sys.executable, "-c", START, *arguments],
            stdout=subprocess.DEVNULL,
            env={**os.environ, **worker.environment.env},
        )
        _, state, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(state)
        assert process.returncode == 0, arguments
        times.append(usage.ru_utime + usage.ru_stime)
    return Finding(f"activation {' '.join(arguments)}", median(times), "s of CPU", "whole command")


def write_letters(engine: Engine, amount: int) -> None:
    """Store open dead letters of many destinations, three codes and a month."""
    for first in range(0, amount, LETTERS_AT_ONCE):
        with engine.begin() as connection:
            letters = list(letters_from(first, min(amount, first + LETTERS_AT_ONCE)))
            connection.execute(insert(tables.dead_letters), letters)


def letters_from(first: int, end: int) -> Iterator[dict[str, object]]:
    """Describe some dead letters; the numbers only have to be spread."""
    now = datetime.now(UTC)
    for n in range(first, end):
        yield {
            "id": f"{n * 0x9E3779B97F4A7C15 % 2**64:016x}",
            "created_at": now - timedelta(seconds=n * 7 % 2_592_000),
            "connector": CONNECTOR,
            "destination": f"place-{n % PLACES}",
            "audience": AUDIENCE,
            "profile_id": f"p-{n}",
            "code": CODES[n % len(CODES)],
            "detail": "as the account said it",
            "activation": "{}".ljust(600),
            "state": "open",
            "batch": None,
        }
