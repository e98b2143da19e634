"""``python -m tests.pairs.model_runs``: many runs of the model of one field, with what they came to.

The suite has 40 runs of each kind; this has as many as are asked for. A run above the bound is exit code 1.
"""

import argparse
import sys
from collections.abc import Callable, Sequence

from pipeline.pairs.field_state import SIDES
from tests.pairs.model import World, runs, without

LOST = (0.0, 0.3, 0.6)  # of the answers
HEADINGS = (
    "runs",
    "answers lost",
    "above bound",
    "unequal",
    "undone",
    "held",
    "writes a run",
    "repairs a run",
)


def both_sides(number: int, lost: float) -> list[World]:
    """Run edits on both sides."""
    return list(runs(number, answers_lost=lost))


def one_side(number: int, lost: float) -> list[World]:
    """Run edits on one side, each side in half of the runs."""
    return [world for name in SIDES for world in runs(number // 2, answers_lost=lost, sides=(name,))]


def line(worlds: Sequence[World], lost: float, *, is_one_side: bool) -> list[str]:
    """Return the cells of one kind of runs."""
    undone = sum(world.values != {world.edited[-1][1]} for world in worlds) if is_one_side else 0
    above = sum(world.writes > (len(world.edited) if is_one_side else world.bound) for world in worlds)
    unequal = sum(len(world.values) > 1 for world in worlds)
    held = sum(bool(world.state.held) for world in worlds)
    writes = sum(world.writes for world in worlds) / len(worlds)
    repairs = sum(word == "repair" for world in worlds for word in world.words) / len(worlds)
    numbers = (above, unequal, undone if is_one_side else "-", held, f"{writes:.2f}", f"{repairs:.4f}")
    return [f"{len(worlds):,}", f"{lost:.0%}", *map(str, numbers)]


def say(*cells: str) -> None:
    """Print a line of a table."""
    sys.stdout.write(" ".join(f"{cell:>14}" for cell in cells) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run all kinds, and print a line for each."""
    parser = argparse.ArgumentParser(prog="python -m tests.pairs.model_runs", description=__doc__)
    parser.add_argument("--runs", type=int, default=2_000, metavar="N", help="of each kind (default: 2,000)")
    number = parser.parse_args().runs
    kinds: list[tuple[str, Callable[[int, float], list[World]], bool]] = [
        ("edits on both sides", both_sides, False),
        ("edits on one side", one_side, True),
    ]
    say(*HEADINGS)
    broken = 0
    for title, run, is_one_side in kinds:
        say(title)
        for lost in LOST:
            cells = line(run(number, lost), lost, is_one_side=is_one_side)
            broken += sum(cell not in ("0", "-") for cell in cells[2:6])
            say(*cells)
    for rules in ((1,), (3,), (1, 3)):
        worlds = list(runs(number, answers_lost=0.3, terms=without(*rules)))
        above = sum(world.writes > world.bound for world in worlds)
        say(f"without rule {' and '.join(map(str, rules))}: {above:,} of {number:,} runs above the bound")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
