"""A snapshot: how long ``activation sync`` takes, what it needs, and the calls that it leads to."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.environment import Environment, destination, open_environment
from bench.finding import Finding
from bench.processes import Processes
from bench.rows import AUDIENCE, rows
from bench.size import Size

MIB = 1024 * 1024
TIMEOUT = 1_800  # seconds
COMMAND = ("-c", "from pipeline.cli import main; main()", "sync", AUDIENCE)
SAMPLES = 0.2  # seconds
MAX_AGE = 5.0  # seconds that the last row waits for its call to get full
SHARE = 100  # of so many members, one enters, one has changed and one leaves


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Take a first snapshot in, then the same again, then one with 3 % of differences."""
    found = []
    with open_environment() as environment:
        environment.configure({"lapsed": destination(max_age=MAX_AGE)})
        environment.work("accept", "activations", 1)
        environment.work("deliver", "deliveries", 2)
        count = size.waiting
        some = count // SHARE
        for what, first, changed, sent in (
            ("first snapshot", 0, 0, count),
            ("the same again", 0, 0, 0),
            ("3 % of differences", some, some, 3 * some),
        ):
            say(f"{what}: {count:,} members")
            file = environment.processes.folder / "members.jsonl"
            write(file, count, first, changed)
            environment.emulator.forget()
            with peaks(environment.processes) as memory:
                seconds, cpu = run(environment, file)
                environment.emulator.wait_for(sent, TIMEOUT)
            found += findings(what, seconds, cpu, memory, len(environment.emulator.calls()), sent)
    return found


def write(file: Path, count: int, first: int, changed: int) -> None:
    """Write members from the one of number ``first`` on; some of them have another tier than before."""
    with open(file, "w") as lines:
        for number, row in enumerate(rows(first + count)):
            if number < first:
                continue
            if number < first + changed:
                row["variables"]["tier"] = "silver"
            lines.write(json.dumps(row) + "\n")


def run(environment: Environment, file: Path) -> tuple[float, float]:
    """Run the command to its end; return the seconds it took, and those of CPU."""
    began = time.monotonic()
    process = environment.processes.start("sync", [*COMMAND, str(file)], environment.env)
    cpu = 0.0
    while process.poll() is None:
        cpu = environment.processes.cpu().get("sync", cpu)
        time.sleep(SAMPLES)
    if process.returncode:
        raise RuntimeError((environment.processes.folder / "sync.log").read_text())
    return time.monotonic() - began, cpu


@contextmanager
def peaks(processes: Processes) -> Iterator[Counter[str]]:
    """Keep the highest resident memory of each process, in bytes."""
    highest: Counter[str] = Counter()
    done = threading.Event()

    def look() -> None:
        while not done.wait(SAMPLES):
            for name, used in processes.memory().items():
                highest[name] = max(highest[name], used)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield highest
    finally:
        done.set()
        looking.join()


def findings(
    what: str, seconds: float, cpu: float, memory: Counter[str], calls: int, sent: int
) -> list[Finding]:
    """Put the numbers of one snapshot together."""
    used = ", ".join(
        f"{name} {memory[name] / MIB:,.0f}" for name in memory if name not in ("sync", "emulator")
    )
    return [
        Finding(f"{what}: the command", seconds, "s", f"{cpu:.0f} s of CPU; {sent:,} rows to send"),
        Finding(f"{what}: its memory", memory["sync"] / MIB, "MiB", f"at most; others: {used}"),
        Finding(f"{what}: calls", calls, "", "until all was accepted"),
    ]
