"""``python -m bench.turns OTHER``: the CPU time of each step here and in another checkout, on a busy machine.

Each checkout has one process of its own, with its own Redis and emulator, that produces, accepts and delivers
4,000 rows when told to. They take turns of a fraction of a second, so that the load of the machine meets
both alike; a ratio is the median over all rounds, above 1 when this checkout costs more, with the range in
which the middle half of them lies. Costs are CPU time of that process and of Redis.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

from rich.console import Console
from rich.table import Table

from bench.environment import destination, open_environment
from bench.finding import number
from bench.hands import FULL, Cost, hands, tune_as_worker
from bench.processes import ROOT
from bench.rows import rows

ROUNDS = 100
WARM = 5  # rounds that are not counted
ROWS = 4_000  # of a step
PLENTY = 1_000_000
STEPS = ("produce", "accept", "deliver")
SERVE = "--serve"
HEADINGS = ("step", "there", "here", "unit", "here : there", "middle half")


class Checkout:
    """A process of one checkout that does steps when told to."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.turns", SERVE],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, step: str) -> Cost:
        """Do a step and return its cost per row, in microseconds."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{step}\n")
        self._process.stdin.flush()
        return Cost(**json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """End the process, and those that it started."""
        self._process.communicate()


def main() -> None:
    """Let both checkouts take turns, and print each step's cost."""
    if sys.argv[1:] == [SERVE]:
        serve()
        return
    chosen = parse()
    with ExitStack() as stack:
        there, here = (stack.enter_context(opened(folder.resolve())) for folder in (chosen.other, ROOT))
        rounds = [turn(number, there, here) for number in range(WARM + chosen.rounds)][WARM:]
    Console(width=None if sys.stdout.isatty() else 120).print(table(rounds))


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.turns", description=__doc__)
    parser.add_argument("other", type=Path, metavar="OTHER", help="folder of the other checkout")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help=f"default: {ROUNDS}")
    chosen = parser.parse_args(arguments)
    if not (chosen.other / "bench" / "turns.py").is_file():
        parser.error(f"{chosen.other} has no bench/turns.py")
    return chosen


@contextmanager
def opened(folder: Path) -> Iterator[Checkout]:
    """Start a checkout's process, and end it."""
    checkout = Checkout(folder)
    try:
        yield checkout
    finally:
        checkout.close()


def turn(number: int, there: Checkout, here: Checkout) -> dict[str, tuple[Cost, Cost]]:
    """Do each step in both checkouts, in every second round the other one first; costs there and here."""
    costs = {}
    for step in STEPS:
        if number % 2:
            costs[step] = there.do(step), here.do(step)
        else:
            mine, theirs = here.do(step), there.do(step)
            costs[step] = theirs, mine
    return costs


def serve() -> None:
    """Do the steps that come as lines on the input until it ends; answer each with its cost."""
    supply = rows(PLENTY)
    with open_environment() as environment:
        environment.configure({"lapsed": destination()}, in_flight=1)
        with hands(environment) as worker:
            steps = {
                "produce": lambda: worker.producer.activate_many(list(islice(supply, ROWS))),
                "accept": worker.accept,
                "deliver": partial(worker.deliver, ROWS // FULL),
            }
            tune_as_worker()
            for line in sys.stdin:
                print(json.dumps(asdict(worker.cost(steps[line.strip()], ROWS))), flush=True)


def table(rounds: Sequence[dict[str, tuple[Cost, Cost]]]) -> Table:
    """Build a table with three lines for each step: this process, Redis, both."""
    built = Table(title=f"This checkout against the other, {len(rounds)} rounds", title_justify="left")
    for heading in HEADINGS:
        built.add_column(heading, justify="left" if heading in ("step", "unit") else "right")
    for step in STEPS:
        for part in ("worker", "redis", "whole"):
            costs = [[getattr(cost, part) for cost in costs[step]] for costs in rounds]
            built.add_row(*line(step if part == "whole" else f"{step}: {part}", costs))
    return built


def line(name: str, costs: Sequence[Sequence[float]]) -> list[str]:
    """Return the cells of one cost: both medians, the median ratio, its quartiles."""
    there, here = (number(median(side)) for side in zip(*costs, strict=True))
    low, middle, high = quantiles([ours / theirs for theirs, ours in costs], n=4)
    return [name, there, here, "µs/row", f"{middle:.3f}", f"{low:.3f} to {high:.3f}"]


if __name__ == "__main__":
    main()
