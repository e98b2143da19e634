"""What is sent, by whom, and which storms come when: all of it follows from the seed."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle
from typing import Literal, NamedTuple

from tests.processes.environment import FOUR, Kind

StormKind = Literal[
    "SIGKILL", "SIGTERM", "Redis killed", "SQL locked", "SQL away", "half-open", "web killed", "SFTP cut",
    "SFTP half-open",
]  # fmt: skip


@dataclass(frozen=True)
class Storm:
    """One blow: seconds after the start, seconds that it lasts, and whom it hits as a share of all."""

    kind: StormKind
    at: float
    lasts: float = 0
    choice: float = 0


class Weather(NamedTuple):
    """Storms that never come together: their kinds in turn, seconds between them, seconds they last."""

    kinds: tuple[StormKind, ...]
    gap: tuple[float, float]
    lasts: tuple[float, float] = (0, 0)


EVERYTHING = (
    Weather(("SIGKILL", "SIGKILL", "SIGTERM"), gap=(2, 6)),
    Weather(("Redis killed",), gap=(15, 35), lasts=(0, 8)),
    Weather(("SQL locked", "SQL away"), gap=(10, 25), lasts=(2, 12)),
    Weather(("half-open",), gap=(20, 40)),
)
TAIL = 40  # seconds of a run that are kept for leases to end


@dataclass(frozen=True)
class Plan:
    """One run; ``seconds`` is how long activations are produced while storms rage."""

    name: str
    seed: int
    activations: int
    seconds: float
    storms: tuple[Storm, ...]
    crew: tuple[Kind, ...] = FOUR
    proxied: int = 2  # how many of the crew reach Redis through a proxy that can be cut
    every: bool = True  # storms that had to wait come after all is produced
    webs: int = 0  # web processes, to which activations are posted; 0: producers append themselves
    trouble: bool = True  # the emulator misbehaves
    recover_within: Mapping[StormKind, float] = field(default_factory=dict)  # seconds
    leave_within: float | None = None  # seconds after SIGTERM


def storms(seed: int, seconds: float, *weathers: Weather) -> tuple[Storm, ...]:
    """Draw the storms of so many seconds."""
    found = []
    for number, weather in enumerate(weathers):
        dice = random.Random(f"{seed} {number}")
        at = dice.uniform(weather.gap[0], weather.gap[1]) / 2
        for kind in cycle(weather.kinds):
            lasts = dice.uniform(*weather.lasts)
            if at + lasts > seconds:
                break
            found.append(Storm(kind, at, lasts, dice.random()))
            at += lasts + dice.uniform(*weather.gap)
    return tuple(sorted(found, key=lambda storm: storm.at))


def whole(seed: int, activations: int | None, seconds: float | None) -> Plan:
    """Everything at once; a run of ``seconds`` sends as much a second as the whole one does."""
    raging = max(30.0, (seconds or 300) - TAIL)
    count = activations or round(100_000 * raging / (300 - TAIL))
    drawn = storms(seed, raging, *EVERYTHING)
    return Plan("run", seed, count, raging, drawn, crew=(*FOUR, "deliver"), every=False)


def kills(seed: int) -> Plan:
    """60 SIGKILLs of the one worker there is."""
    found = storms(seed, 10_000, Weather(("SIGKILL",), gap=(3, 6)))[:60]
    seconds = found[-1].at + 3
    return Plan("kills", seed, 40_000, seconds, found, crew=("both",), proxied=0, trouble=False)


def restarts(seed: int) -> Plan:
    """16 restarts of Redis; no worker may exit."""
    found = storms(seed, 10_000, Weather(("Redis killed",), gap=(4, 8), lasts=(0, 4)))[:16]
    return Plan("restarts", seed, 30_000, found[-1].at + 5, found, proxied=0, trouble=False)


def half_open(seed: int) -> Plan:
    """All connections to Redis go dead without a word, five times."""
    found = storms(seed, 10_000, Weather(("half-open",), gap=(20, 30)))[:5]
    limits = {"half-open": 15.0}
    return Plan(
        "half-open", seed, 25_000, found[-1].at + 20, found, proxied=4, trouble=False, recover_within=limits
    )


def stops(seed: int) -> Plan:
    """20 workers are told to leave under load."""
    found = storms(seed, 10_000, Weather(("SIGTERM",), gap=(2, 5)))[:20]
    return Plan("stops", seed, 20_000, found[-1].at + 3, found, proxied=0, trouble=False, leave_within=3.0)


def http(seed: int, activations: int = 20_000) -> Plan:
    """Activations are posted; web processes, workers and Redis are killed."""
    seconds = activations / 200
    found = storms(
        seed,
        seconds,
        Weather(("SIGKILL",), gap=(4, 8)),
        Weather(("Redis killed",), gap=(10, 20), lasts=(0, 5)),
        Weather(("web killed",), gap=(3, 7)),
    )
    return Plan("http", seed, activations, seconds, found, proxied=0, webs=2, trouble=False, every=False)
