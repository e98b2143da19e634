"""Backlog: rows that wait in lanes and rows in flight, by destination (keys: see __init__.py). Only reads."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import redis

from pipeline.lanes.leases import CLAIM_LEASE
from pipeline.stores.broker import decoded
from pipeline.stores.scripts import Scripts

MAX_DOORBELL_SECONDS = 10.0  # in which an idle worker answers the doorbell of a batch


@dataclass(frozen=True)
class Backlog:
    """The rows of one destination on one server."""

    waiting: int = 0  # rows accepted and not settled, those in flight among them
    in_flight: int = 0  # rows in batches that a worker has, or is called to
    lanes: int = 0  # that hold rows which may go
    flying: int = 0  # batches in flight
    again: int = 0  # batches that wait for another try
    unanswered: int = 0  # batches in flight that no worker has begun for a while
    oldest: float | None = None  # seconds its oldest row has waited
    due: float | None = None  # seconds until a batch is due, below 0 since when; None: none will be


@dataclass(frozen=True)
class Waiting:
    """The lanes of one destination together (times in ms)."""

    rows: int
    lanes: int
    oldest: float | None
    due: float | None


@dataclass(frozen=True)
class Flight:
    """A batch, in flight or waiting for another try (times in ms)."""

    state: str
    rows: int
    oldest: float | None
    lease: float
    next_try: float | None


def read_backlogs(client: redis.Redis, destinations: Iterable[str] = ()) -> dict[str, Backlog]:
    """Read the backlog of these destinations, and of every other one that Redis knows of, at one moment.

    Lanes are read by a script, where they are: with 10,000 of them, asking from here takes ten times as long.
    """
    now, waiting, batches = Scripts(client).run("backlog", args=list(destinations))
    flights: dict[str, list[Flight]] = defaultdict(list)
    for destination, *batch in batches:
        flights[decoded(destination)].append(flight_of(*batch))
    return {
        decoded(name): backlog_of(now, waiting_of(*lanes), flights[decoded(name)])
        for name, *lanes in sorted(waiting)
    }


def waiting_of(rows: int, lanes: int, oldest: bytes, due: bytes) -> Waiting:
    """Read the script's answer about the lanes of one destination."""
    return Waiting(rows, lanes, moment(oldest), moment(due))


def flight_of(state: bytes, rows: bytes, oldest: bytes, lease: bytes, next_try: bytes) -> Flight:
    """Read the script's answer about one batch."""
    return Flight(decoded(state), int(rows), moment(oldest), float(lease), moment(next_try))


def moment(value: bytes) -> float | None:
    """Read a time in ms; None where there is none."""
    return float(value) if value else None


def backlog_of(now: float, waiting: Waiting, batches: Sequence[Flight]) -> Backlog:
    """Put the lanes and the batches of one destination together."""
    flying = [batch for batch in batches if batch.state != "waiting"]
    oldest = first([waiting.oldest, *(batch.oldest for batch in batches)])
    due = first([waiting.due, *(batch.next_try for batch in batches)])
    return Backlog(
        waiting=waiting.rows,
        in_flight=sum(batch.rows for batch in flying),
        lanes=waiting.lanes,
        flying=len(flying),
        again=len(batches) - len(flying),
        unanswered=sum(not_taken_up(batch, now) for batch in flying),
        oldest=None if oldest is None else max(0.0, (now - oldest) / 1000),
        due=None if due is None else (due - now) / 1000,
    )


def first(moments: Iterable[float | None]) -> float | None:
    """Return the earliest of these times; None: there is none."""
    return min((moment for moment in moments if moment is not None), default=None)


def not_taken_up(batch: Flight, now: float) -> bool:
    """Tell whether a batch was claimed a while ago and no worker has begun it."""
    if batch.state != "claimed" or math.isinf(batch.lease):
        return False
    return now > batch.lease - (CLAIM_LEASE - MAX_DOORBELL_SECONDS) * 1000
