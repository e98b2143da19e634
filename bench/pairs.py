"""``python -m bench.pairs OTHER SECTION...``: the costs of sections here, against another checkout.

Both checkouts run ``python -m bench SECTION...`` in turns, under this interpreter, so that the load of the
machine meets both; a ratio is the median of the pairs' own ratios, above 1 when this checkout costs more.
Costs are CPU time, by stage or contender, and bytes. Rates are left out: they follow the load. On a busy
machine CPU time grows too, by half at times; then compare the least of each side, which is the last column.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.finding import number
from bench.processes import ROOT

PAIRS = 7
UNITS = ("µs/row", "ms", "bytes", "MiB")  # of findings that are costs
HEADINGS = ("cost", "there", "here", "unit", "here : there", "lowest", "highest", "least : least")
CPU = "CPU ms per 1,000 rows"

Cost = tuple[str, str]  # name, unit
Costs = dict[Cost, float]


def main() -> None:
    """Run the pairs and print each cost with its ratio."""
    chosen = parse()
    options = [*chosen.sections, *(["--quick"] if chosen.quick else [])]
    pairs = []
    for turn in range(chosen.pairs):
        print(f"pair {turn + 1} of {chosen.pairs}", flush=True)
        pairs.append(pair(turn, chosen.other, options))
    Console(width=None if sys.stdout.isatty() else 120).print(table(pairs))


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.pairs", description=__doc__)
    parser.add_argument("other", type=Path, metavar="OTHER", help="folder of the other checkout")
    parser.add_argument("sections", nargs="+", metavar="SECTION", help="see python -m bench --help")
    parser.add_argument("--pairs", type=int, default=PAIRS, metavar="N", help=f"default: {PAIRS}")
    parser.add_argument("--quick", action="store_true", help="fewer rows in each run")
    chosen = parser.parse_args(arguments)
    if not (chosen.other / "bench" / "__main__.py").is_file():
        parser.error(f"{chosen.other} is no checkout: it has no bench/__main__.py")
    return chosen


def pair(turn: int, other: Path, options: Sequence[str]) -> tuple[Costs, Costs]:
    """Run both checkouts, the other one first in every second turn; return the costs there and here."""
    order = [other.resolve(), ROOT]
    costs = {checkout: run(checkout, options) for checkout in (order if turn % 2 else reversed(order))}
    return costs[order[0]], costs[order[1]]


def run(checkout: Path, options: Sequence[str]) -> Costs:
    """Measure sections in one checkout."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "found.json"
        command = [sys.executable, "-m", "bench", *options, "--json", str(file)]
        environment = {**os.environ, "PYTHONPATH": str(checkout)}
        subprocess.run(command, cwd=checkout, env=environment, stdout=subprocess.DEVNULL, check=True)
        return dict(costs_in(json.loads(file.read_text("utf-8"))))


def costs_in(document: dict[str, Any]) -> Iterator[tuple[Cost, float]]:
    """Find the costs in a document that ``python -m bench --json`` wrote."""
    for contender, by_process in document["cpu_ms_per_1000_rows"].items():
        yield (contender, CPU), sum(by_process.values())
    for findings in document["sections"].values():
        for finding in findings:
            if cpu := finding.get("cpu"):
                yield (finding["what"], CPU), sum(cpu.values())
                yield from (((f"{finding['what']}: {process}", CPU), cpu[process]) for process in cpu)
            elif finding["unit"].startswith(UNITS):
                yield (finding["what"], finding["unit"]), finding["value"]


def table(pairs: Sequence[tuple[Costs, Costs]]) -> Table:
    """Build a table with a line for each cost that every run has."""
    built = Table(title=f"This checkout against the other, {len(pairs)} pairs", title_justify="left")
    for heading in HEADINGS:
        built.add_column(heading, justify="left" if heading in ("cost", "unit") else "right")
    runs = [costs for both in pairs for costs in both]
    for cost in runs[0]:
        if all(costs.get(cost) for costs in runs):
            built.add_row(*line(cost, [(there[cost], here[cost]) for there, here in pairs]))
    return built


def line(cost: Cost, values: Sequence[tuple[float, float]]) -> list[str]:
    """Return the cells of one cost: medians of both sides, then ratios."""
    name, unit = cost
    there, here = zip(*values, strict=True)
    pairwise = [ours / theirs for theirs, ours in values]
    ratios = median(pairwise), min(pairwise), max(pairwise), min(here) / min(there)
    return [name, number(median(there)), number(median(here)), unit, *(f"{ratio:.3f}" for ratio in ratios)]


if __name__ == "__main__":
    main()
