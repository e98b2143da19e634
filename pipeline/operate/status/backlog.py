"""What waits in the lanes, and what is on its way (the keys are drawn in lanes.py). Only reads."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import redis

from pipeline.lanes.lanes import CLAIM_LEASE
from pipeline.stores.broker import decoded

FIRST_CALL = re.compile(r"@(\w+)")  # in the name of a lane, where it is not the destination's own
MOST_SILENCE = 10.0  # seconds in which a worker that has nothing else to do answers the doorbell of a batch


@dataclass(frozen=True)
class Backlog:
    """What one destination has on one server."""

    waiting: int = 0  # rows accepted and not settled, those in flight among them
    in_flight: int = 0  # rows whose batch a worker has, or is called to
    lanes: int = 0  # that hold rows which may go
    flying: int = 0  # batches in flight
    again: int = 0  # batches that wait for another try
    unanswered: int = 0  # batches in flight that no worker has begun for a while
    oldest: float | None = None  # seconds its oldest row has waited
    due: float | None = None  # seconds until a batch is due, below 0 since when; None: none will be


@dataclass(frozen=True)
class Lane:
    """The head of a lane: arrival of its oldest row, and when it is due (ms)."""

    oldest: float | None
    due: float | None


@dataclass(frozen=True)
class Flight:
    """A batch, in flight or waiting for another try (times in ms)."""

    destination: str
    state: str
    rows: int
    oldest: float | None
    lease: float | None
    next_try: float | None


def backlogs(client: redis.Redis, destinations: Iterable[str] = ()) -> dict[str, Backlog]:
    """Read the backlog of these destinations, and of all others that Redis knows of."""
    with client.pipeline(transaction=False) as pipe:
        pipe.smembers("destinations")
        pipe.smembers("ways")
        known, ways = ([decoded(name) for name in found] for found in pipe.execute())
    return Reading(client, sorted({*known, *destinations}), sorted(ways)).backlogs()


class Reading:
    """One look at the lanes: first which there are, then all of their numbers at one moment."""

    def __init__(self, client: redis.Redis, destinations: Sequence[str], ways: Sequence[str]) -> None:
        self._client = client
        self._destinations = destinations
        self._ways = [way.partition(":")[::2] for way in ways]
        self._connectors = sorted({connector for connector, _ in self._ways})

    def backlogs(self) -> dict[str, Backlog]:
        """Read everything."""
        lanes, batches = self._names()
        with self._client.pipeline() as pipe:
            pipe.time()
            for destination in self._destinations:
                pipe.hlen(f"rows:{destination}")
                pipe.zcard(f"parked:{destination}")
            for owner in lanes.values():
                for lane, ready in owner:
                    pipe.zrange(f"lane:{lane}", 0, 0, withscores=True)
                    pipe.zscore(ready, lane)
            for batch, connector in batches:
                self._ask_batch(pipe, batch, connector)
            answers = iter(pipe.execute())
        seconds, micros = next(answers)
        now = seconds * 1000 + micros / 1000
        waiting = {name: next(answers) + next(answers) for name in self._destinations}
        heads = {name: [head(answers) for _ in owner] for name, owner in lanes.items()}
        flights = [self._flight(answers, connector) for _, connector in batches]
        found = [flight for flight in flights if flight]
        return {name: summed(now, name, waiting[name], heads[name], found) for name in self._destinations}

    def _names(self) -> tuple[dict[str, list[tuple[str, str]]], list[tuple[str, str]]]:
        """Return each destination's lanes, with the key that tells when they are due; and the batches."""
        with self._client.pipeline(transaction=False) as pipe:
            for name in self._destinations:
                pipe.smembers(f"lanes:{name}")
                pipe.hmget(f"destination:{name}", "connector", "function")
            for connector in self._connectors:
                pipe.zrange(f"flying:{connector}", 0, -1)
            answers = iter(pipe.execute())
        lanes = {}
        for name in self._destinations:
            members, way = (
                sorted(map(decoded, next(answers))),
                [decoded(part or b"") for part in next(answers)],
            )
            lanes[name] = [(lane, ready_key(way, lane)) for lane in members]
        flying = {connector: next(answers) for connector in self._connectors}
        return lanes, [(decoded(batch), connector) for connector in flying for batch in flying[connector]]

    def _ask_batch(self, pipe: Any, batch: str, connector: str) -> None:
        pipe.hmget(f"batch:{batch}", "destination", "state", "rows")
        pipe.zrange(f"batch:{batch}:rows", 0, 0, withscores=True)
        pipe.zscore(f"flying:{connector}", batch)
        for function in self._functions(connector):
            pipe.zscore(f"retry:{connector}:{function}", batch)

    def _flight(self, answers: Any, connector: str) -> Flight | None:
        destination, state, rows = next(answers)
        first, lease = next(answers), next(answers)
        tries = [score for score in [next(answers) for _ in self._functions(connector)] if score is not None]
        if state is None:  # settled in the meantime
            return None
        oldest = first[0][1] if first else None
        return Flight(
            decoded(destination), decoded(state), int(rows), oldest, lease, min(tries, default=None)
        )

    def _functions(self, connector: str) -> list[str]:
        return [function for owner, function in self._ways if owner == connector]


def ready_key(way: Sequence[str], lane: str) -> str:
    """Name the key in which a lane of a destination with this way out stands when it will be due."""
    first = FIRST_CALL.search(lane)
    key = f"ready:{way[0]}:{first[1] if first else way[1]}"
    return f"{key}:bulk" if lane.endswith("+bulk") else key


def head(answers: Any) -> Lane:
    """Read what was asked about one lane."""
    oldest, due = next(answers), next(answers)
    return Lane(oldest[0][1] if oldest else None, due)


def summed(now: float, name: str, waiting: int, lanes: Sequence[Lane], flights: Sequence[Flight]) -> Backlog:
    """Put together what is known of one destination."""
    mine = [flight for flight in flights if flight.destination == name]
    flying = [flight for flight in mine if flight.state != "waiting"]
    arrivals = [lane.oldest for lane in lanes] + [flight.oldest for flight in mine]
    oldest = [arrival for arrival in arrivals if arrival is not None]
    due = [lane.due for lane in lanes if lane.due is not None]
    due += [flight.next_try for flight in mine if flight.next_try is not None]
    return Backlog(
        waiting=waiting,
        in_flight=sum(flight.rows for flight in flying),
        lanes=sum(lane.oldest is not None for lane in lanes),
        flying=len(flying),
        again=len(mine) - len(flying),
        unanswered=sum(unanswered(flight, now) for flight in flying),
        oldest=max(0.0, (now - min(oldest)) / 1000) if oldest else None,
        due=(min(due) - now) / 1000 if due else None,
    )


def unanswered(flight: Flight, now: float) -> bool:
    """Tell whether a batch was claimed a while ago, and no worker has taken it up."""
    if flight.state != "claimed" or flight.lease is None or math.isinf(flight.lease):
        return False
    return now > flight.lease - (CLAIM_LEASE - MOST_SILENCE) * 1000
