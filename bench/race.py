"""One timed run: from the first row produced to the emulator's acceptance, and what each process paid."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.emulator import wait_until
from bench.environment import Environment

TIMEOUT = 180  # seconds
PRODUCER = ("-m", "bench.produce")


@dataclass(frozen=True)
class Run:
    """What one run came to."""

    rows: int
    seconds: float
    produced: float  # rows per second of the producer alone, while the others were at work
    cpu: dict[str, float]  # CPU milliseconds per 1,000 rows, by process

    @property
    def rate(self) -> float:
        """Rows per second."""
        return self.rows / self.seconds


def race(environment: Environment, command: Sequence[str], env: dict[str, str], rows: int, warm: int) -> Run:
    """Warm up, then time ``rows`` rows; ``command`` takes their number as its last word."""
    produce(environment, command, env, warm)
    environment.emulator.wait_for(warm, TIMEOUT)
    environment.emulator.forget()
    before = environment.processes.cpu()
    took = produce(environment, command, env, rows)
    environment.emulator.wait_for(rows, TIMEOUT)
    after = environment.processes.cpu()
    cpu = {name: after[name] - before[name] for name in before} | {"producer": took["cpu"]}
    done, seconds = finished(environment.emulator.calls(), took["began"])
    per_thousand = {name: 1e6 * value / rows for name, value in cpu.items()}
    return Run(done, seconds, rows / took["seconds"], per_thousand)


def produce(
    environment: Environment, command: Sequence[str], env: dict[str, str], rows: int
) -> dict[str, Any]:
    """Run a producer to its end and return what it tells; imports and connecting are not timed."""
    process = environment.processes.start("producer", [*command, str(rows)], env)
    if process.stdout.readline() != "ready\n":
        raise RuntimeError((environment.processes.folder / "producer.log").read_text())
    process.stdin.write("go\n")
    process.stdin.flush()
    took = json.loads(process.stdout.readline())
    process.wait(TIMEOUT)
    return took


def finished(calls: Sequence[dict[str, Any]], began: float) -> tuple[int, float]:
    """Return the rows accepted, and the seconds until then, up to the last full call.

    Left-overs that wait for an age limit would otherwise slow down whoever has them.
    """
    full = max(call["recipients"] for call in calls)
    end = max(call["time"] for call in calls if call["recipients"] == full)
    return sum(call["recipients"] for call in calls if call["time"] <= end), end - began


def wait_accepted(environment: Environment, timeout: float = TIMEOUT) -> None:
    """Wait until the intake is empty."""
    wait_until(
        lambda: environment.in_intake() == 0,
        timeout,
        lambda: f"{environment.in_intake():,} rows in the intake",
        0.01,
    )
