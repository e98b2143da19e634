"""What an account in trouble does to the delays of another one, on the same workers.

The calm account has many destinations of one row per call: a row is due when it comes into its lane. How
long it takes from there to the call's arrival is measured alone, and beside each kind of neighbour.
"""

import random
import time
from collections.abc import Callable
from typing import Any

from bench.delay import SPREAD, arrivals
from bench.emulator import wait_until
from bench.environment import Environment, open_environment
from bench.finding import Finding, percentile
from bench.limited_accounts import EVENTS, NONE, LimitedAccount, open_limited_account
from bench.race import wait_accepted
from bench.rows import rows
from bench.size import Size
from pipeline import Producer

ROUNDS = 3
WINDOW = 6.0
LIMIT = 100  # of the neighbour
BACKLOG = 600  # calls of the neighbour's
HANG = 10.0  # seconds until a call that is not answered is given up
TIMEOUT = 60.0
WORKERS, THREADS = 2, 8
OTHER = "neighbour"
FAULTS: dict[str, list[dict[str, Any]]] = {
    "at its limit": [],
    "refused for its limit": [{"kind": "error", "errorCode": "API_LIMIT_EXCEEDED"}],
    "without capacity": [{"kind": "capacity", "seconds": 120, "times": 1}],
    "that does not answer": [{"kind": "hang"}],
}


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Compare the calm account's delays, with one worker's threads as the most that a neighbour may take."""
    found = []
    for kind, faults in FAULTS.items():
        say(f"beside a neighbour {kind}")
        with open_environment(window=WINDOW) as environment:
            calm, neighbour = furnish(environment, size)
            with arrivals(environment) as arrived:
                trial = Trial(environment, calm, arrived)
                trial.round("warm")
                alone = [delay for n in range(ROUNDS) for delay in trial.round(f"alone{n}")]
                trouble(neighbour, faults)
                beside = [delay for n in range(ROUNDS) for delay in trial.round(f"beside{n}")]
        found += findings(kind, alone, beside)
    return found


def furnish(environment: Environment, size: Size) -> tuple[list[str], LimitedAccount]:
    """Start workers, and set up the calm account and its neighbour."""
    environment.env |= {"ACTIVATION_READ_TIMEOUT": f"{HANG:g}"}
    environment.work("accept", "activations", 2)
    environment.work("deliver", "deliveries", THREADS, WORKERS)
    names = [f"calm_{number}" for number in range(size.destinations)]
    (neighbour,) = open_limited_account(environment, OTHER, limit=LIMIT)
    open_limited_account(environment, "calm", limit=NONE)
    environment.emulator.open("calm", [name.upper() for name in names], {EVENTS: NONE})
    common = {"connector": "calm", "action": "custom_event", "max_rows": 1}
    destinations = {name: {"audience": name, "event": name.upper(), **common} for name in names}
    environment.apply({"destinations": destinations})
    return names, neighbour


def trouble(neighbour: LimitedAccount, faults: list[dict[str, Any]]) -> None:
    """Give the neighbour a backlog and its trouble, and wait until it has begun."""
    only = {"account": neighbour.account, "function": EVENTS}
    neighbour.environment.emulator.order("faults", [{**fault, **only} for fault in faults])
    neighbour.fill(BACKLOG)
    wait_accepted(neighbour.environment)
    time.sleep(1)


class Trial:
    """Sends rows of the calm account and notes how late their calls were."""

    def __init__(self, environment: Environment, audiences: list[str], arrived: dict[str, float]) -> None:
        self.environment = environment
        self.audiences = audiences
        self.arrived = arrived

    def round(self, prefix: str) -> list[float]:
        """Send one row to each audience at random times; return the delays of their calls, in seconds."""
        before = len(self.calls())
        with Producer(self.environment.broker_url) as producer:
            for audience in random.sample(self.audiences, len(self.audiences)):
                time.sleep(random.uniform(0, 2 * SPREAD))
                producer.activate_many(rows(1, audience, prefix))
        wanted = before + len(self.audiences)
        wait_until(
            lambda: len(self.calls()) >= wanted, TIMEOUT, lambda: f"{len(self.calls())} calls of {wanted}"
        )
        return [call["time"] - self.arrived[call["target"].lower()] for call in self.calls()[before:]]

    def calls(self) -> list[dict[str, Any]]:
        """Return the calm account's calls."""
        return self.environment.emulator.calls("calm")


def findings(kind: str, alone: list[float], beside: list[float]) -> list[Finding]:
    """Return the percentiles beside a neighbour, and what they are in relation to being alone."""
    note = f"{len(beside)} calls"
    found = []
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        with_it, without = 1000 * percentile(beside, share), 1000 * percentile(alone, share)
        found.append(
            Finding(f"beside a neighbour {kind}, {name}", with_it, "ms", f"alone {without:.1f} ms; {note}")
        )
        found.append(Finding(f"the same : alone, {name}", with_it / without, "times"))
    return found
