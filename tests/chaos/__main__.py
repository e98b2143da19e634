"""``python -m tests.chaos [RUN]``: let storms rage over real processes and account for every activation.

run        everything at once: a misbehaving Responsys, workers killed and told to leave, Redis killed and
           started again from its file, SQL locked and away, dead connections (default)
kills      60 SIGKILLs of the one worker there is, under load
restarts   16 restarts of Redis; no worker may exit
half-open  every connection to Redis goes dead without a word; back within 15 seconds
stops      20 workers are told to leave, under load; gone within 3 seconds, nothing lost
http       20,000 activations are posted with Idempotency-Keys; web processes, workers and Redis are killed
salesforce 20,000 leads and as many stages of deals enter programmes, from the org to the event
both-sides people opt out in Responsys and in Salesforce, and are written to all the while
imports    event files arrive; workers, connections to their server and SQL are killed; each event once
yardstick  20,000 profiles under 14 worker kills and 9 of Redis: the pipeline, celery-batches, a Lua buffer

The exit code is 1 when anything is lost, out of order, missing from the books or sent twice without a reason;
stores and logs of such a run stay, and are named.
"""

import argparse
import json
import logging
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from tests.chaos import plan, report, yardstick
from tests.chaos.both_sides import outcome as wishes
from tests.chaos.both_sides.run import run as run_both_sides
from tests.chaos.imports import outcome as imports_outcome
from tests.chaos.imports import run as imports
from tests.chaos.imports.storms import drawn as drawn_imports
from tests.chaos.programmes import report as programmes_report
from tests.chaos.programmes import run as programmes
from tests.chaos.run import run

ALONE = {
    "kills": plan.kills, "restarts": plan.restarts, "half-open": plan.half_open, "stops": plan.stops,
    "http": plan.http,
}  # fmt: skip
WIDTH = 120  # characters, where there is no terminal


def main() -> None:
    """Do what was asked for."""
    chosen = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leaves no process behind
    logging.getLogger("pipeline").setLevel(logging.CRITICAL)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(f"seed {chosen.seed}", highlight=False)
    if chosen.run == "yardstick":
        sys.exit(yardstick.compare(chosen.seed, chosen.activations or 20_000, console, chosen.json))
    folder = chosen.keep or Path(tempfile.mkdtemp(prefix="chaos-"))
    broken = True  # until the run says otherwise
    try:
        broken = rage(chosen, console, folder)
    finally:
        if broken:
            console.print(f"Stores and logs: {folder}", highlight=False)
        elif not chosen.keep:
            shutil.rmtree(folder)
    sys.exit(int(broken))


def rage(chosen: argparse.Namespace, console: Console, folder: Path) -> bool:
    """Carry out a run in a folder of its own; tell whether a promise was broken."""
    if chosen.run == "both-sides":
        return both_sides(chosen, console, folder)
    if chosen.run == "imports":
        landed = imports.run(drawn_imports(chosen.seed, chosen.seconds), teller(console), folder)
        imports_outcome.show(landed, console)
        return bool(landed.broken)
    if chosen.run == "salesforce":
        planned = programmes.drawn(chosen.seed, chosen.activations, chosen.seconds)
        entered = programmes.run(planned, teller(console), folder)
        programmes_report.show(entered, console)
        return bool(entered.broken)
    drawn = (
        plan.whole(chosen.seed, chosen.activations, chosen.seconds)
        if chosen.run == "run"
        else ALONE[chosen.run](chosen.seed)
    )
    outcome = run(drawn, teller(console), folder)
    report.show(outcome, console)
    if chosen.json:
        report.save(outcome, chosen.json)
    return bool(outcome.broken)


def both_sides(chosen: argparse.Namespace, console: Console, folder: Path) -> bool:
    """Let people opt out on both sides under storms; tell whether a promise was broken."""
    outcome = run_both_sides(chosen.seed, chosen.seconds or 300, teller(console), folder)
    wishes.show(outcome, console)
    if chosen.json:
        chosen.json.write_text(json.dumps(outcome.document(), indent=2) + "\n")
    return bool(outcome.broken)


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "run",
        nargs="?",
        default="run",
        choices=["run", *ALONE, "salesforce", "both-sides", "imports", "yardstick"],
    )
    parser.add_argument(
        "--seed", type=int, default=random.randrange(10**6), help="repeats the storms of a run"
    )
    parser.add_argument(
        "--activations",
        type=int,
        help="of run: 100,000, or as many as suit --seconds; of salesforce and yardstick: people, 20,000",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        help="of run, salesforce and both-sides: 300, of imports 240; of run with leases ending in the last "
        "of them",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything there")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="stores and logs, in a new folder that stays"
    )
    chosen = parser.parse_args(arguments)
    if chosen.keep:
        chosen.keep.mkdir(mode=0o700, parents=True)
    return chosen


def teller(console: Console) -> Callable[[str], None]:
    """Return what says where we are, with the seconds since the start."""
    began = time.monotonic()
    return lambda what: console.print(f"[dim]{time.monotonic() - began:4.0f} s  {what}", highlight=False)


if __name__ == "__main__":
    main()
