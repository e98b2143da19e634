"""The floor: what the same bytes cost when nothing is done but to move them.

First the entries that the pipeline's producer leaves in the intake are written to Redis and read back, by one
process, which keeps it and Redis busy in turns: two processes gained nothing. Then the requests that the
workers send are posted over connections that stay open, by two processes of two threads; there the emulator
is the slower side, and fills one core. Each part has the two cores to itself, and
they come one after the other, as each row meets them. Who thinks of them as side by side compares with the
slower part, which is reported too.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.baselines.responsys import Responsys
from bench.environment import Environment, destination, open_environment
from bench.race import TIMEOUT, Run
from bench.rows import EVENT, rows
from bench.size import Size
from pipeline import Producer
from pipeline.model.activation import decode
from pipeline.model.shard import SHARDS
from pipeline.responsys.client import encoded

CLIENT = ("-m", "bench.floor_client")
PROCESSES, THREADS = 2, 2  # more gain nothing: the emulator is at work all the time
FULL = 200  # rows in a request


@dataclass(frozen=True)
class Floor(Run):
    """Both parts, one after the other."""

    parts: dict[str, Run] = field(default_factory=dict)


def floor(size: Size) -> Floor:
    """Move the bytes of one race."""
    with open_environment() as environment:
        environment.configure({"lapsed": destination()})
        entries = entries_of(environment, size.rows)
        parts = {
            "Redis alone": through_redis(environment, entries),
            "HTTP alone": over_http(environment, bodies_of(environment, entries)),
        }
    return summed(size.rows, parts)


def summed(count: int, parts: dict[str, Run]) -> Floor:
    """Put the parts one behind the other."""
    cpu: dict[str, float] = {}
    for part in parts.values():
        for process, cost in part.cpu.items():
            cpu[process] = cpu.get(process, 0) + cost
    return Floor(count, sum(part.seconds for part in parts.values()), 0, cpu, parts)


def entries_of(environment: Environment, count: int) -> list[bytes]:
    """Return what a producer of ours leaves in the intake, where nobody takes it."""
    with Producer(environment.broker_url) as producer:
        producer.activate_many(rows(count))
    keys = [f"intake:{shard}" for shard in range(SHARDS)]
    entries = [entry for key in keys for entry in environment.client.lrange(key, 0, -1)]
    environment.client.delete(*keys)
    return entries


def bodies_of(environment: Environment, entries: Sequence[bytes]) -> list[bytes]:
    """Return the requests in which our workers would send them."""
    catalog = environment.records.load()
    action = catalog.action_of(catalog.destinations["lapsed"])
    activations = [decode(entry) for entry in entries]
    bodies = []
    for at in range(0, len(activations), FULL):
        several = activations[at : at + FULL]
        (step,) = action.steps(several)
        bodies.append(encoded(step.call(several)) or b"")
    return bodies


def through_redis(environment: Environment, entries: Sequence[bytes]) -> Run:
    """Write the entries and read them back."""
    command = ("redis", environment.broker_url, "floor", written(environment, "entries", entries))
    return run(environment, len(entries), [command])


def over_http(environment: Environment, bodies: Sequence[bytes]) -> Run:
    """Post the requests; all of their rows must be accepted."""
    count = sum(body.count(b'"recipient"') for body in bodies)
    account = Responsys(environment.emulator.url, EVENT)
    way_in = (account.url, account.session.headers["Authorization"], str(THREADS))
    commands = [
        ("http", *way_in, written(environment, f"bodies-{number}", bodies[number::PROCESSES]))
        for number in range(PROCESSES)
    ]
    done = run(environment, count, commands)
    environment.emulator.wait_for(count, 1)
    return done


def written(environment: Environment, name: str, lines: Sequence[bytes]) -> str:
    """Write what a client is to send."""
    file = Path(environment.processes.folder, name)
    file.write_bytes(b"\n".join(lines))
    return str(file)


def run(environment: Environment, count: int, commands: Sequence[Sequence[str]]) -> Run:
    """Let clients begin together; from the first that does to the last that ends."""
    names = [f"client {number}" for number, _ in enumerate(commands, 1)]
    running = [
        environment.processes.start(name, [*CLIENT, *command])
        for name, command in zip(names, commands, strict=True)
    ]
    for process in running:
        assert process.stdout.readline() == "ready\n"
    before = environment.processes.cpu()
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [json.loads(process.stdout.readline()) for process in running]
    after = environment.processes.cpu()
    for process in running:
        process.wait(TIMEOUT)
    cpu = {name: after[name] - before[name] for name in ("redis", "emulator")}
    cpu["clients"] = sum(one["cpu"] for one in told)
    seconds = max(one["ended"] for one in told) - min(one["began"] for one in told)
    return Run(count, seconds, 0, {name: 1e6 * used / count for name, used in cpu.items()})
