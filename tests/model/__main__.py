"""Look for a broken promise for as long as one likes, and say what was tried."""

import argparse
import logging
import random
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from pipeline.stores.embedded import embedded_server
from tests.model.machine import Machine, Totals
from tests.model.world import Stores


def main() -> None:
    """Run what the command line asks for; end with 1 and the way there when a promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("--examples", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=40, help="in one example, at most")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument(
        "--as-found", action="store_true", help="do not look for the shortest way to a failure"
    )
    args = parser.parse_args()
    print(f"seed {args.seed}", flush=True)  # noqa: T201 - a person waits for it
    logging.disable()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, embedded_server(Path(folder) / "redis") as url:
        Machine.stores = Stores(url, Path(folder))
        run_state_machine_as_test(seed(args.seed)(Machine), settings=settings(
            max_examples=args.examples, stateful_step_count=args.steps, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), verbosity=Verbosity.normal,
            phases=[Phase.generate] if args.as_found else [Phase.generate, Phase.shrink],
        ))  # fmt: skip
        Machine.stores.close()
    print(report(time.monotonic() - began))  # noqa: T201


def report(seconds: float) -> str:
    """Say what was done."""
    met = ", ".join(f"{name} {count:,}" for name, count in sorted(Totals.behaviours.items()))
    return (
        f"{Totals.examples:,} examples, {Totals.steps:,} steps, {Totals.calls:,} calls in {seconds:.0f} s\n"
        f"calls that met: {met}\n"
        f"crash table, times reached:\n{Totals.reached.table()}\n"
        "violations: 0"
    )


if __name__ == "__main__":
    main()
