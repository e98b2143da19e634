"""Activations over HTTP beside the producer fed from the same bytes: rows per second, CPU, memory."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import psutil

from bench.environment import Environment, destination, open_environment
from bench.finding import Finding, number, percentile
from bench.rows import AUDIENCE, rows
from bench.size import Size
from bench.web import Web, in_threads, open_web
from pipeline import Producer
from pipeline.model.shard import SHARDS

PATH = f"/v1/audiences/{AUDIENCE}/activations"
LINES = 10_000  # rows of a body
ARRAY = 100  # rows of an array
MIB = 2**20
LARGEST = 64 * MIB  # bytes of a body
LARGEST_ROUNDS = 3
AT_A_TIME = 3  # such bodies
POLL = 0.01  # seconds between two looks at the memory
Step = Callable[[], object]


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Post the same rows in several forms, and large bodies."""
    with open_environment() as environment:
        environment.configure({"lapsed": destination()})
        body = lines(LINES)
        say("producer")
        found = [*of_producer(environment, size, body)]
        aim = {one.what: one for one in found}
        for workers in (1, 2):
            say(f"{workers} gunicorn workers")
            with open_web(environment, workers) as web:
                found += of_forms(environment, size, web, workers, body, aim)
        say("large bodies")
        with open_web(environment, 1) as web:
            found += of_large_bodies(environment, web, largest_body(size))
        return found


def lines(count: int, prefix: str = "p") -> bytes:
    """Return rows, one a line."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows(count, prefix=prefix))


def largest_body(size: Size) -> bytes:
    """Return a body of 64 MiB, or of less where little is measured."""
    part = lines(LINES)
    most = LARGEST if size.rows >= 100_000 else LARGEST // 8
    return part * (most // len(part))


def of_producer(environment: Environment, size: Size, body: bytes) -> Iterator[Finding]:
    """Time the producer fed from the same lines."""
    rounds = max(1, size.rows // LINES)
    with Producer(environment.broker_url) as producer:

        def many() -> None:
            for _ in range(rounds):
                producer.activate_many(json.loads(line) for line in body.splitlines())

        def singly() -> None:
            for line in body.splitlines()[: size.warm]:
                producer.activate(**json.loads(line))

        many()
        yield timed(environment, "activate_many", many, rounds * LINES, "producer")
        yield timed(environment, "activate", singly, size.warm, "producer")


def of_forms(
    environment: Environment, size: Size, web: Web, workers: int, body: bytes, aim: dict[str, Finding]
) -> Iterator[Finding]:
    """Post lines with and without ids, with ``partial``, arrays, and single rows."""
    rounds, of = max(1, size.rows // LINES), f"{workers} gunicorn worker" + "s" * (workers > 1)
    many, single = aim["activate_many"], aim["activate"]
    array = json.dumps([json.loads(line) for line in body.splitlines()[:ARRAY]]).encode()
    one = body.splitlines()[0]
    forms = (
        (f"lines, {of}", "", body, rounds, LINES, many, 1.6),
        (f"lines, partial, {of}", "?partial=true", body, rounds, LINES, many, 1.6),
        (f"lines, no ids, {of}", "?ids=false", body, rounds, LINES, many, 1.6),
        (f"arrays of {ARRAY}, {of}", "", array, max(1, size.warm // ARRAY), ARRAY, many, 4.0),
        (f"single posts, {of}", "", one, size.warm, 1, single, 12.0),
    )
    for what, query, content, posts, per_post, beside, most in forms:
        kind = "application/json" if content in (array, one) else "application/x-ndjson"
        post = partial(web.post, f"{PATH}{query}", kind=kind)
        work = partial(in_threads, [content] * posts, workers, lambda piece, post=post: post(body=piece))
        in_threads([content] * workers, workers, lambda piece, post=post: post(body=piece))
        found = timed(environment, what, work, posts * per_post, web.name)
        times = found.cpu[web.name] / beside.cpu["producer"]
        share = f"{number(found.value / beside.value)} of {beside.what}"
        note = f"{share}; its CPU times {number(times)} (≤ {most:g})"
        speed = f"≥ {number(0.65 * beside.value)}" if per_post == LINES and workers == 1 else ""
        yield Finding(found.what, found.value, found.unit, f"{note}; {found.note}", speed, found.cpu)


def timed(environment: Environment, what: str, work: Step, count: int, of: str) -> Finding:
    """Time some work, with the CPU of the process that it is of, and of Redis."""
    before, own = environment.processes.cpu(), time.process_time()
    began = time.perf_counter()
    work()
    seconds, own = time.perf_counter() - began, time.process_time() - own
    after = environment.processes.cpu()
    used = {name: after[name] - before.get(name, 0) for name in after if name in ("redis", of)}
    if of == "producer":
        used["producer"] = own
    empty(environment)
    cpu = {name: 1e6 * cost / count for name, cost in used.items()}
    note = "CPU µs/row: " + ", ".join(f"{name} {number(cost)}" for name, cost in cpu.items())
    return Finding(what, count / seconds, "rows/s", note, cpu=cpu)


def empty(environment: Environment) -> None:
    """Throw away the intake."""
    environment.client.delete(*(f"intake:{shard}" for shard in range(SHARDS)))


def of_large_bodies(environment: Environment, web: Web, body: bytes) -> Iterator[Finding]:
    """Watch the memory of the worker under large bodies, and the status while three come in."""
    [child] = psutil.Process(environment.processes.pid(web.name)).children()
    web.post(f"{PATH}?ids=false", lines(LINES))
    for query, what, most in (("?ids=false", "no ids", 24), ("", "with ids", 80)):
        before = child.memory_info().rss
        with highest_memory(child) as highest:
            for _ in range(LARGEST_ROUNDS):
                web.post(f"{PATH}{query}", body)
                empty(environment)
        grown = (max(highest) - before) / MIB
        size = number(len(body) / MIB)
        yield Finding(
            f"a body of {size} MiB, {what}", grown, "MiB", f"{LARGEST_ROUNDS} in a row", f"≤ {most}"
        )
    yield from status_meanwhile(environment, web, body)


def status_meanwhile(environment: Environment, web: Web, body: bytes) -> Iterator[Finding]:
    """Time the status while three large bodies come in."""
    environment.client.set("worker:beat", "1", ex=600)
    posting = [threading.Thread(target=web.post, args=(f"{PATH}?ids=false", body)) for _ in range(AT_A_TIME)]
    for thread in posting:
        thread.start()
    times = []
    while any(thread.is_alive() for thread in posting):
        times.append(web.seconds("/v1/status"))
    empty(environment)
    what = f"/v1/status while {AT_A_TIME} such bodies come in, 99 %"
    yield Finding(what, percentile(times, 0.99) * 1000, "ms", f"{len(times)} times", "≤ 500")


@contextmanager
def highest_memory(process: psutil.Process) -> Iterator[list[int]]:
    """Collect the resident memory of a process meanwhile."""
    seen, ended = [process.memory_info().rss], threading.Event()

    def watch() -> None:
        while not ended.wait(POLL):
            seen.append(process.memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield seen
    finally:
        ended.set()
        watching.join()
