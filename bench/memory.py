"""What waiting rows cost: bytes of Redis for each, and nothing in any other process."""

from collections.abc import Callable
from statistics import mean

from bench.finding import Finding
from bench.house import House, destination, open_house
from bench.race import PRODUCER, TIMEOUT, produce, wait_accepted
from bench.size import Size

MIB = 1024 * 1024
SAMPLES = 1_000  # rows


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Fill the lanes of a paused connector and compare with before; ``before`` is after a warm-up."""
    with open_house() as house:
        house.configure({"lapsed": destination()})
        house.work("accept", "activations", 1)
        house.work("deliver", "deliveries", 2)
        warm = 5 * size.warm
        producer = produce(house, PRODUCER, house.env, warm)["memory"]
        house.emulator.wait_for(warm, TIMEOUT)
        house.pause()
        before, used = house.processes.memory() | {"producer": producer}, redis_bytes(house)
        say(f"{size.waiting:,} rows on their way into lanes")
        producer = produce(house, PRODUCER, house.env, size.waiting)["memory"]
        wait_accepted(house, timeout=5 * TIMEOUT)
        after = house.processes.memory() | {"producer": producer}
        per_row = (redis_bytes(house) - used) / house.client.hlen("rows:lapsed")
        note = f"{size.waiting:,} rows in a lane; {own_bytes(house):.0f} bytes each as JSON"
        return [
            Finding("Redis per waiting row", per_row, "bytes", note, "≤ 500"),
            *resident(before, after, warm),
        ]


def redis_bytes(house: House) -> int:
    """Return the memory of Redis' data, once no rewrite of its file adds buffers to it."""
    return int(house.client.info("memory")["used_memory"])


def own_bytes(house: House) -> float:
    """Return the mean length of some rows, as they lie in Redis."""
    found = house.client.hrandfield("rows:lapsed", SAMPLES, withvalues=True)
    return mean(len(row) for row in found[1::2])


def resident(before: dict[str, int], after: dict[str, int], warm: int) -> list[Finding]:
    """Show the resident memory of each process, but the one that is meant to grow."""
    return [
        Finding(
            f"{name}, resident", after[name] / MIB, "MiB", f"{before[name] / MIB:.0f} MiB after {warm:,} rows"
        )
        for name in after
        if name not in ("redis", "emulator")
    ]
