"""Contenders: the pipeline, and plain Celery tasks with the same work; each run has its own environment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from bench import baselines_env, floor
from bench.environment import destination, open_environment
from bench.race import PRODUCER, Run, race
from bench.size import Size

BASELINE = "celery-batches"  # what the others are compared with
FLOOR = "the floor"


@dataclass(frozen=True)
class Contender:
    """One way to do the work."""

    run: Callable[[Size], Run]
    what: str


def pipeline(workers: int, threads: int, size: Size) -> Run:
    """Run the pipeline with so many workers of so many threads, each of which accepts and delivers."""
    with open_environment() as environment:
        environment.configure({"lapsed": destination()}, in_flight=16)
        for number in range(1, workers + 1):
            environment.work(f"worker {number}", "activations,deliveries", threads)
        return race(environment, PRODUCER, environment.env, size.rows, warm=size.warm)


def divided(deliver: int, threads: int, size: Size) -> Run:
    """Run it with one worker that accepts, whose one thread keeps up, and others that deliver."""
    with open_environment() as environment:
        environment.configure({"lapsed": destination()}, in_flight=16)
        environment.work("accept", "activations", 1)
        for number in range(1, deliver + 1):
            environment.work(f"deliver {number}", "deliveries", threads)
        return race(environment, PRODUCER, environment.env, size.rows, warm=size.warm)


def celery(task: str, size: Size) -> Run:
    """Run one plain Celery task per row, in an interpreter with packages of its own.

    Threads, for they are as fast as any pool here: publishing and fetching the messages is what takes long.
    """
    python = baselines_env.prepare()
    with open_environment() as environment:
        env = {"BENCH_BROKER_URL": environment.broker_url, "BENCH_RESPONSYS_URL": environment.emulator.url}
        pool = ("-P", "threads", "-c", "4", "-Q", "baseline")
        environment.start_worker(
            "worker", (python, "-m", "celery", "-A", f"bench.baselines.{task}", "worker", *pool), env
        )
        publish = (python, "-m", "bench.baselines.publish", task)
        rows = size.batched if task == "batched" else size.plain
        return race(environment, publish, env, rows, warm=400)


OURS: Mapping[str, Contender] = {
    "1 worker": Contender(partial(pipeline, 1, 2), "-Q activations,deliveries -c 2, max_in_flight 16"),
    "2 workers": Contender(partial(pipeline, 2, 2), "2 of the same"),
    "3 workers": Contender(partial(pipeline, 3, 2), "3 of the same"),
    "1 and 3 workers": Contender(partial(divided, 3, 1), "-Q activations -c 1, 3 of -Q deliveries -c 1"),
}
BASELINES: Mapping[str, Contender] = {
    BASELINE: Contender(partial(celery, "batched"), "one message per row, 200 per call and worker, threads"),
    "plain Celery": Contender(partial(celery, "plain"), "one message and one call per row, threads"),
}
FLOORS: Mapping[str, Contender] = {
    FLOOR: Contender(floor.floor, "the same bytes through Redis, then over HTTP, and nothing else"),
}
