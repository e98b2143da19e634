"""The same road stage by stage, each with both cores to itself, to find where it is narrowest."""

import time
from collections.abc import Callable

from bench.environment import Environment, destination, open_environment
from bench.finding import Finding
from bench.race import PRODUCER, TIMEOUT, finished, produce, wait_accepted
from bench.size import Size

Timing = tuple[float, dict[str, float]]  # seconds; CPU seconds of processes that have ended
Stage = Callable[[Environment, int], Timing]


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Produce, accept and deliver the same rows, one after the other."""
    with open_environment() as environment:
        environment.configure({"lapsed": destination()}, in_flight=16)
        environment.work("accept", "activations", 1)
        for name in ("deliver 1", "deliver 2"):
            environment.work(name, "deliveries", 2)
        produce(environment, PRODUCER, environment.env, size.warm)
        environment.emulator.wait_for(size.warm, TIMEOUT)
        environment.emulator.forget()
        environment.pause()
        return [timed(environment, size.rows, *stage, say) for stage in STAGES]


def timed(
    environment: Environment, rows: int, name: str, stage: Stage, say: Callable[[str], None]
) -> Finding:
    """Time one stage, with the CPU time of each process that took part."""
    say(name)
    before = environment.processes.cpu()
    seconds, used = stage(environment, rows)
    after = environment.processes.cpu()
    used = used | {process: after[process] - before[process] for process in before if process in after}
    cpu = {process: 1e6 * cost / rows for process, cost in used.items()}
    note = ", ".join(f"{process} {cost:.1f}" for process, cost in cpu.items() if cost >= 1)
    return Finding(f"{name} only", rows / seconds, "rows/s", f"CPU ms per 1,000 rows: {note}", cpu=cpu)


def producing(environment: Environment, rows: int) -> Timing:
    """Fill the intake; the accepting worker is suspended."""
    with environment.processes.suspended("accept"):
        took = produce(environment, PRODUCER, environment.env, rows)
    return took["seconds"], {"producer": took["cpu"]}


def accepting(environment: Environment, _: int) -> Timing:
    """Empty the intake while nothing is sent."""
    began = time.monotonic()
    wait_accepted(environment)
    return time.monotonic() - began, {}


def delivering(environment: Environment, rows: int) -> Timing:
    """Empty the lanes, from the first call to the last."""
    environment.resume()
    environment.emulator.wait_for(rows, TIMEOUT)
    calls = environment.emulator.calls()
    done, seconds = finished(calls[1:], calls[0]["time"])
    return seconds * rows / done, {}


STAGES: tuple[tuple[str, Stage], ...] = (
    ("producing", producing),
    ("accepting", accepting),
    ("delivering", delivering),
)
