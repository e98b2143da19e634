"""``python -m bench [SECTION ...]``: measure speed, memory and delays, against the baselines.

end-to-end   rows per second from the producer to the emulator's acceptance, with 1, 2 and 3 workers
baseline     the same work with celery-batches and with plain Celery, in turns with end-to-end; the ratio
floor        the same bytes through Redis and over HTTP and nothing else, in turns with end-to-end; the ratio
stages       producing, accepting and delivering alone
backlog      what a row costs while ten thousand, a hundred thousand, a million others wait
lanes        what a row costs while 1, 100, 10,000 lanes and 1, 100 destinations hold rows
status       how long an operator waits, with 10,000 lanes and a million dead letters
memory       bytes of Redis per waiting row, resident memory of the others with a million rows waiting
delay        between a batch being due and its call leaving
sync         a snapshot of a million members: time, memory, calls
limits       how much of a limit is used; limits that change, are shared, or are a neighbour's trouble
http         activations over HTTP beside the producer fed from the same bytes; memory under large bodies
console      pages, status, metrics, groups and traces with much of everything; what keeping outcomes costs
outcomes     what keeping outcomes costs, alone
efficiency   calls made, compared with the fewest that could have done
imports      event files landed, folded, landed again and opened; deliveries beside an import
events       stored events through a rule rolled up by day and a score
salesforce   contacts read for the first time, again, and when nothing is new
writes       tasks and records written into an org of Salesforce, beside simple-salesforce: speed and calls
share        how much of our share of an org's calls is used, and what goes beyond the ceiling
nudges       from a lead that a user saves to the event that Responsys accepts
pairs        both sides of people compared, when nothing differs
wishes       opting out on one side until the other side has it, while rows wait and both are throttled
"""

import argparse
import logging
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from bench import (
    backlog,
    both_sides,
    console,
    delay,
    efficiency,
    end_to_end,
    events,
    http,
    imports,
    lanes,
    limits,
    memory,
    outcomes,
    report,
    salesforce,
    salesforce_nudges,
    salesforce_share,
    salesforce_writes,
    stages,
    status,
    sync,
    wishes,
)
from bench.processes import two_cores
from bench.size import FULL, QUICK, Size

ALONE: dict[str, Callable[[Size, Callable[[str], None]], list[report.Finding]]] = {
    "stages": stages.measure,
    "backlog": backlog.measure,
    "lanes": lanes.measure,
    "status": status.measure,
    "memory": memory.measure,
    "delay": delay.measure,
    "sync": sync.measure,
    "limits": limits.measure,
    "http": http.measure,
    "console": console.measure,
    "outcomes": outcomes.measure,
    "efficiency": efficiency.measure,
    "imports": imports.measure,
    "events": events.measure,
    "salesforce": salesforce.measure,
    "writes": salesforce_writes.measure,
    "share": salesforce_share.measure,
    "nudges": salesforce_nudges.measure,
    "pairs": both_sides.measure,
    "wishes": wishes.measure,
}
WIDTH = 120  # characters, where there is no terminal
PARTS = ("outcomes",)  # of another section, which measures them, too
SECTIONS = ("end-to-end", "baseline", "floor", *(name for name in ALONE if name not in PARTS))


def main() -> None:
    """Measure what was asked for."""
    chosen = parse()
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    logging.getLogger("pipeline").setLevel(logging.ERROR)
    with two_cores():
        size = QUICK if chosen.quick else FULL
        size = replace(size, rounds=chosen.rounds or size.rounds)
        found, costs = run(chosen.sections, size, teller(console))
    report.show(found, costs, console)
    if chosen.json:
        report.save(found, costs, chosen.json)


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)}; default: all")
    parser.add_argument(
        "--quick", action="store_true", help="six minutes instead of twenty, with less to rely on"
    )
    parser.add_argument("--rounds", type=int, metavar="N", help="of contenders in turns; default: 3, quick 1")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything there")
    chosen = parser.parse_args(arguments)
    if unknown := [name for name in chosen.sections if name not in (*SECTIONS, *PARTS)]:
        parser.error(f'there is no section "{unknown[0]}"; there are: {", ".join(SECTIONS)}')
    chosen.sections = chosen.sections or list(SECTIONS)
    return chosen


def run(sections: list[str], size: Size, say: Callable[[str], None]) -> tuple[report.Found, report.Costs]:
    """Run sections; return what they found, and the CPU time of the contenders."""
    found: report.Found = {}
    costs: report.Costs = {}
    racing = {
        "ours": "end-to-end" in sections,
        "baselines": "baseline" in sections,
        "floor": "floor" in sections,
    }
    if any(racing.values()):
        found["end-to-end"], runs = end_to_end.measure(size, say, **racing)
        costs = end_to_end.costs(runs)
    for name, measure in ALONE.items():
        if name in sections:
            found[name] = measure(size, lambda what, name=name: say(f"{name}: {what}"))
    return found, costs


def teller(console: Console) -> Callable[[str], None]:
    """Return what says where we are, with the seconds since the start."""
    began = time.monotonic()
    return lambda what: console.print(f"[dim]{time.monotonic() - began:4.0f} s  {what}", highlight=False)


if __name__ == "__main__":
    main()
