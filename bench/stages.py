"""The same road stage by stage, each with both cores to itself, to find where it is narrowest."""

import time
from collections.abc import Callable

from bench.finding import Finding
from bench.house import House, destination, open_house
from bench.race import PRODUCER, TIMEOUT, finished, produce, wait_accepted
from bench.size import Size


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Produce, accept and deliver the same rows, one after the other."""
    with open_house() as house:
        house.configure({"lapsed": destination()}, in_flight=16)
        house.work("accept", "activations", 1)
        for name in ("deliver 1", "deliver 2"):
            house.work(name, "deliveries", 2)
        produce(house, PRODUCER, house.env, size.warm)
        house.emulator.wait_for(size.warm, TIMEOUT)
        house.emulator.forget()
        house.pause()
        return [timed(house, size.rows, *stage, say) for stage in STAGES]


def timed(
    house: House, rows: int, what: str, stage: Callable[[House, int], float], say: Callable[[str], None]
) -> Finding:
    """Time one stage and add what the processes paid for it."""
    say(what)
    before = house.processes.cpu()
    seconds = stage(house, rows)
    after = house.processes.cpu()
    paid = {name: 1e6 * (after[name] - before[name]) / rows for name in before if name in after}
    note = ", ".join(f"{name} {cost:.1f}" for name, cost in paid.items() if cost >= 1)
    return Finding(
        f"{what} only", rows / seconds, "rows/s", f"CPU ms per 1,000 rows: {note or 'the producer'}"
    )


def producing(house: House, rows: int) -> float:
    """Fill the intake while nobody accepts."""
    with house.processes.suspended("accept"):
        return float(produce(house, PRODUCER, house.env, rows)["seconds"])


def accepting(house: House, _: int) -> float:
    """Empty the intake while nothing is sent."""
    began = time.monotonic()
    wait_accepted(house)
    return time.monotonic() - began


def delivering(house: House, rows: int) -> float:
    """Empty the lanes, from the first call to the last."""
    house.resume()
    house.emulator.wait_for(rows, TIMEOUT)
    calls = house.emulator.calls()
    done, seconds = finished(calls[1:], calls[0]["time"])
    return seconds * rows / done


STAGES: tuple[tuple[str, Callable[[House, int], float]], ...] = (
    ("producing", producing),
    ("accepting", accepting),
    ("delivering", delivering),
)
