"""Fail-overs under load: how long after each kind of them work goes on, measured again and again.

::

    python -m tests.chaos.failovers --rounds 10
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import redis

from pipeline.stores.broker import connect
from tests.processes.environment import FOUR, Environment, open_environment, until
from tests.processes.limited_account import LimitedAccount, people
from tests.processes.machine import load, on_this_machine
from tests.processes.refuser import REFUSALS, ROLES, demoted, refusing

PROMISED = 15.0  # seconds after its return in which work has gone on
AWAY = 6.0  # seconds of each fail-over
ACTIVATIONS = 4_000
Failover = Callable[[Environment], AbstractContextManager[None]]


@dataclass(frozen=True)
class FailoverOutcome:
    """One fail-over; ``seconds``: from the return of Redis until all that waited is delivered."""

    kind: str
    seconds: float
    kept: bool  # the promise
    sound: bool  # everything was delivered once, and no worker ended


@contextmanager
def replaced(environment: Environment, refusal: str = "") -> Iterator[None]:
    """Kill Redis; a server that refuses has its place, or none, and Redis comes back with its file."""
    environment.kill_redis()
    with refusing(environment.redis_port, refusal) if refusal else nullcontext():
        yield
    environment.start_redis()


@contextmanager
def cut_off(environment: Environment) -> Iterator[None]:
    """Close all connections, again and again."""
    for _ in range(20):
        with connect(environment.broker_url) as admin:
            admin.client_kill_filter(_type="normal", skipme=True)
        time.sleep(AWAY / 60)
    yield


KINDS: dict[str, Failover] = {
    **{code: partial(demoted, code=code) for code in ROLES},
    **{code: partial(replaced, refusal=text) for code, text in REFUSALS.items()},
    "away": replaced,
    "closed": cut_off,
}


def fail_over(environment: Environment, kind: str, number: int) -> FailoverOutcome:
    """Let Redis fail over while some thousand activations are under way, and measure."""
    limited_account = environment.open(f"{kind.lower()}{number}")
    environment.emulator.fault(limited_account.name, "latency", seconds=0.1)
    limited_account.activate(people(ACTIVATIONS))
    until(lambda: len(limited_account.calls()) >= 2)
    with KINDS[kind](environment):
        time.sleep(0 if kind == "closed" else AWAY)
    back = time.monotonic()
    until(lambda: settled(environment, limited_account))
    seconds = time.monotonic() - back
    sound = sorted(limited_account.delivered()) == sorted((profile, 0) for profile in people(ACTIVATIONS))
    alive = all(worker.alive() for worker in environment.workers)
    return FailoverOutcome(kind, seconds, seconds <= on_this_machine(PROMISED), sound and alive)


def settled(environment: Environment, limited_account: LimitedAccount) -> bool:
    """Tell whether nothing is left; False while Redis does not say."""
    try:
        return environment.accepted() and not limited_account.waiting()
    except redis.RedisError:
        return False


def run(folder: Path, kinds: Sequence[str], rounds: int) -> list[FailoverOutcome]:
    """Let Redis fail over in each of these ways, ``rounds`` times."""
    with open_environment(folder, *FOUR) as environment:
        return [fail_over(environment, kind, number) for number in range(rounds) for kind in kinds]


def main() -> None:
    """Measure, and print a line for each kind; exit with 1 if the promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.failovers")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="failovers-") as folder:
        outcomes = run(Path(folder), wanted.kinds, wanted.rounds)
    for kind in wanted.kinds:
        took = [outcome.seconds for outcome in outcomes if outcome.kind == kind]
        sys.stdout.write(
            f"{kind:12}{len(took):4}  median {median(took):5.1f} s  longest {max(took):5.1f} s\n"
        )
    sys.stdout.write(f"load {load():.1f} for each core\n")
    sys.exit(not all(outcome.kept and outcome.sound for outcome in outcomes))


if __name__ == "__main__":
    main()
