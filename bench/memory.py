"""What waiting rows cost: bytes of Redis for each, and nothing in any other process."""

from collections.abc import Callable
from statistics import mean

from bench.environment import Environment, destination, open_environment
from bench.finding import Finding
from bench.race import PRODUCER, TIMEOUT, produce, wait_accepted
from bench.size import Size

MIB = 1024 * 1024
SAMPLES = 1_000  # rows


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Fill the lanes of a paused connector and compare with before; ``before`` is after a warm-up."""
    with open_environment() as environment:
        environment.configure({"lapsed": destination()})
        environment.work("accept", "activations", 1)
        environment.work("deliver", "deliveries", 2)
        warm = 5 * size.warm
        producer = produce(environment, PRODUCER, environment.env, warm)["memory"]
        environment.emulator.wait_for(warm, TIMEOUT)
        environment.pause()
        before, used = environment.processes.memory() | {"producer": producer}, redis_bytes(environment)
        say(f"{size.waiting:,} rows on their way into lanes")
        producer = produce(environment, PRODUCER, environment.env, size.waiting)["memory"]
        wait_accepted(environment, timeout=5 * TIMEOUT)
        after = environment.processes.memory() | {"producer": producer}
        per_row = (redis_bytes(environment) - used) / environment.client.hlen("rows:lapsed")
        note = f"{size.waiting:,} rows in a lane; {own_bytes(environment):.0f} bytes each as JSON"
        return [
            Finding("Redis per waiting row", per_row, "bytes", note, "≤ 500"),
            *resident(before, after, warm),
        ]


def redis_bytes(environment: Environment) -> int:
    """Return the memory of Redis' data, once no rewrite of its file adds buffers to it."""
    return int(environment.client.info("memory")["used_memory"])


def own_bytes(environment: Environment) -> float:
    """Return the mean length of some rows, as they lie in Redis."""
    found = environment.client.hrandfield("rows:lapsed", SAMPLES, withvalues=True)
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
