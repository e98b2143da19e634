"""``python -m bench.trace``: functions and files that one change passes, step by step.

One process activates, accepts, claims and delivers two changes; the emulator takes one of them and rejects
the other, whose person is not on the list. A third change lacks its identifier and becomes a dead letter.
The same was done once before, so that caches are filled.

``sys.setprofile`` tells each function of ``pipeline/`` that is called. Generator expressions and
comprehensions belong to the function around them; imports and generated methods are not counted. A room is
the first folder below ``pipeline/``, or a file outside every folder. A call in another room than the last one
is a move.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.environment import destination, open_environment
from bench.hands import Hands, hands
from bench.processes import ROOT
from bench.rows import AUDIENCE, rows

PROGRAM = ROOT / "pipeline"
NOT_COUNTED = ("<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>", "<module>")
CONTACTS = {"name": "CONTACTS_LIST", "folder": "Main", "members": [{"email": "p-0@example.com"}]}
WITHOUT_IDENTIFIER = {"audience": AUDIENCE, "profile_id": "p-9", "call_type": "ADD"}


@dataclass
class Trace:
    """Calls of functions of the program, in order, as file and name."""

    calls: list[tuple[Path, str]] = field(default_factory=list)

    @property
    def functions(self) -> int:
        """Number of different functions."""
        return len(set(self.calls))

    @property
    def files(self) -> int:
        """Number of different files."""
        return len({file for file, _ in self.calls})

    @property
    def rooms(self) -> list[str]:
        """Rooms in the order in which they were entered first."""
        return list(dict.fromkeys(room(file) for file, _ in self.calls))

    @property
    def moves(self) -> int:
        """Number of calls in another room than the call before."""
        return sum(room(before) != room(after) for (before, _), (after, _) in pairwise(self.calls))

    def named(self) -> list[str]:
        """Return a line for each file, with its functions in the order of their first calls."""
        names: dict[Path, dict[str, None]] = {}
        for file, name in self.calls:
            names.setdefault(file, {})[name] = None
        return [f"{file.relative_to(PROGRAM)}: {', '.join(several)}" for file, several in names.items()]

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note the calls of this thread while the block runs."""
        sys.setprofile(self._note)
        try:
            yield
        finally:
            sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and is_counted(frame.f_code):
            self.calls.append((Path(frame.f_code.co_filename), frame.f_code.co_qualname))


Steps = dict[str, Trace]


def main() -> None:
    """Trace both ways and print them."""
    parser = argparse.ArgumentParser(prog="python -m bench.trace", description=__doc__)
    parser.add_argument("--functions", action="store_true", help="also name them, file by file")
    chosen = parser.parse_args()
    delivered, refused = traces()
    console = Console(width=None if sys.stdout.isatty() else 120)
    if chosen.functions:
        for name, trace in delivered.items():
            console.print(f"[bold]{name}", *trace.named(), sep="\n  ", highlight=False)
    console.print(table("Two changes: one delivered, one rejected", delivered))
    console.print(table("A change without its identifier, until its dead letter", refused))


def traces() -> tuple[Steps, Steps]:
    """Return the way of two changes that are sent, and that of one that is not."""
    with open_environment() as environment:
        environment.configure({"lapsed": {**destination(), "max_rows": 2}})
        environment.emulator.order("lists", {"lists": [CONTACTS]})
        with hands(environment) as worker:
            for trace in (trace_delivery, trace_refusal):
                trace(worker)
            found = trace_delivery(worker), trace_refusal(worker)
        assert environment.emulator.accepted() == 2  # one of each round
    return found


def trace_delivery(worker: Hands) -> Steps:
    """Trace two changes from the producer until their verdicts are written down."""
    steps = {name: Trace() for name in ("produce", "accept", "claim", "deliver and settle")}
    with steps["produce"].watching():
        for row in rows(2):
            worker.producer.activate(**row)
    accept(worker, steps["accept"])
    with steps["claim"].watching():
        claimed = worker.claim()
    with steps["deliver and settle"].watching():
        worker.finish(claimed)
    return steps


def trace_refusal(worker: Hands) -> Steps:
    """Trace a change from the producer until it is a dead letter."""
    steps = {name: Trace() for name in ("produce", "accept")}
    with steps["produce"].watching():
        worker.producer.activate(**WITHOUT_IDENTIFIER)
    accept(worker, steps["accept"])
    return steps


def accept(worker: Hands, trace: Trace) -> None:
    """Accept the shards that hold entries."""
    shards = list(worker.runtime.intake.waiting())
    with trace.watching():
        for shard in shards:
            worker.accept_shard(shard)


def is_counted(code: CodeType) -> bool:
    """Tell whether a function is one of the program and stands in its source."""
    return code.co_filename.startswith(f"{PROGRAM}/") and code.co_name not in NOT_COUNTED


def room(file: Path) -> str:
    """Name the room of a file."""
    return file.relative_to(PROGRAM).parts[0].removesuffix(".py")


def table(title: str, steps: Steps) -> Table:
    """Build a table with a line for each step, and one for all of them together."""
    built = Table(title=title, title_justify="left")
    for heading in ("step", "functions", "files", "moves", "rooms"):
        built.add_column(heading, justify="left" if heading in ("step", "rooms") else "right")
    whole = Trace([call for trace in steps.values() for call in trace.calls])
    for name, trace in {**steps, "the whole way": whole}.items():
        numbers = (trace.functions, trace.files, trace.moves)
        built.add_row(name, *map(str, numbers), f"{len(trace.rooms)}: {', '.join(trace.rooms)}")
    return built


if __name__ == "__main__":
    main()
