"""Hold rows in Redis from the moment they are accepted until they are settled.

Keys (times are milliseconds since the epoch, by the server's clock)
    destination:{d}        hash: connector, function, max_rows, max_age, stopped, flush_until
    connector:{c}          hash: stopped
    lanes:{d}              set of the destination's lanes that hold rows
    lane:{l}               zset of profile by arrival: rows that may go now, one per profile
    rows:{d}               hash of profile to its first row, waiting or in flight
    parked:{d}             zset of "profile, sequence, lane, arrival, row": a profile's later rows, in order
    ready:{c}:{f}          zset of lane by the time it is due; ":bulk" for backfills
    flying:{c}             zset of batch by the end of its lease; +inf while it waits for another try
    retry:{c}:{f}          zset of batch by the time of its next try
    batch:{b}              hash: destination, lane, connector, function, account, attempt, tries, state, rows,
                           begun_by
    batch:{b}:rows         list: profile, arrival, profile, arrival ...
    ways                   set of "connector:function": every way out that was ever configured
    sequence               counter that orders parked rows
    counters               hash of "hour|connector|destination|name" to a number (see stats.py)

A lane holds a profile at most once and never while the profile is in flight: its other rows are parked and
come up one by one. So a batch never holds a profile twice, each profile's rows go in order, and a claim
looks at no row that it does not take.

A batch is ``claimed`` (with its permit), ``begun`` (its call may be out), ``waiting`` (for another try) or
``lapsed`` (begun, and its worker was not heard of again). Its attempt is part of every later step: who
carries an old one is refused.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import redis

from pipeline.broker import text
from pipeline.scripts import Argument, Scripts

CLAIM_LEASE = 30.0  # seconds for the doorbell of a batch to be answered
CALL_LEASE = 100.0  # seconds for a call (connect 10, read 60) and for recording what came of it


@dataclass(frozen=True)
class Gate:
    """What a batch passes on its way out: one function of one connector, with its limits."""

    connector: str
    function: str
    account: str
    max_in_flight: int = 4
    limit: int = 0  # calls per window set for the connector; 0: what the account says
    default: int = 200  # calls per window when the account has not said
    utilisation: float = 0.95
    window: float = 60.0  # seconds


@dataclass(frozen=True)
class Batch:
    """Rows claimed together from one lane."""

    id: str
    destination: str
    connector: str
    account: str
    function: str
    attempt: int
    tries: int
    state: str
    rows: int


class Claimed(NamedTuple):
    """A batch that was claimed."""

    batch: str
    attempt: int
    more: bool  # another one may go at once


class Lanes:
    """The lanes of all destinations on one server."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._scripts = Scripts(client)

    def claim(self, gate: Gate) -> Claimed | float | None:
        """Take the next batch that is due, and the permit for its call.

        Returns it; or the seconds after which to ask again; or None when there is
        nothing to wait for but news (rows, the end of a call, somebody's decision).
        """
        answer = self._scripts.run("claim", args=[
            gate.connector, gate.function, gate.account, uuid.uuid4().hex, round(CLAIM_LEASE * 1000),
            gate.max_in_flight, gate.limit, gate.default, gate.utilisation, round(gate.window * 1000),
        ])  # fmt: skip
        if answer[0] == b"batch":
            return Claimed(answer[1].decode(), int(answer[2]), bool(answer[3]))
        return None if int(answer[1]) < 0 else int(answer[1]) / 1000

    def batch(self, batch: str) -> Batch | None:
        """Read one batch; None when it has been settled."""
        fields = self._client.hgetall(f"batch:{batch}")
        known = {text(name): text(value) for name, value in fields.items()}
        if "state" not in known:
            return None
        return Batch(
            id=batch,
            destination=known["destination"],
            connector=known["connector"],
            account=known["account"],
            function=known["function"],
            attempt=int(known["attempt"]),
            tries=int(known["tries"]),
            state=known["state"],
            rows=int(known["rows"]),
        )

    def begin(self, batch: Batch, attempt: int) -> list[tuple[str, bytes]]:
        """Note that the call is about to go out; return (profile, row) pairs.

        Empty when another attempt has the batch, or sending was stopped in the meantime.
        """
        args: list[Argument] = [batch.id, attempt, round(CALL_LEASE * 1000), uuid.uuid4().hex]
        return _pairs(self._scripts.run("begin", args=args))

    def rows(self, batch: Batch) -> list[tuple[str, bytes]]:
        """Return (profile, row) pairs without noting anything."""
        return _pairs(self._scripts.run("read", args=[batch.id]))

    def settle(self, batch: Batch, attempt: int, returned: Sequence[int] = ()) -> bool:
        """Let the batch's rows leave; those at the positions ``returned`` go back to their lane."""
        return bool(self._scripts.run("settle", args=[batch.id, attempt, *returned]))

    def retry(self, batch: Batch, attempt: int, *, delay: float, spend: bool, refund: bool) -> int:
        """Put the batch aside for ``delay`` seconds; return the tries used up, -1 when it is not ours.

        ``spend``: this was one of its tries. ``refund``: the call was not made, its permit is free again.
        """
        args: list[Argument] = [batch.id, attempt, round(delay * 1000), int(spend), int(refund)]
        return int(self._scripts.run("retry", args=args))

    def split(self, batch: Batch, attempt: int) -> bool:
        """Halve the batch; the halves wait for permits of their own."""
        return bool(self._scripts.run("split", args=[batch.id, attempt, uuid.uuid4().hex, uuid.uuid4().hex]))

    def extend(self, batch: Batch, attempt: int, lease: float = CALL_LEASE) -> bool:
        """Keep the batch for ``lease`` seconds from now; False when it is no longer ours."""
        return bool(self._scripts.run("extend", args=[batch.id, attempt, round(lease * 1000)]))

    def lapsed(self, connector: str, most: int = 20) -> list[tuple[str, int]]:
        """Take back what was claimed and not begun; return (batch, attempt) of what was begun."""
        answer = self._scripts.run("lapse", args=[connector, most, round(CALL_LEASE * 1000)])
        return [
            (batch.decode(), int(attempt)) for batch, attempt in zip(answer[::2], answer[1::2], strict=True)
        ]

    def flush(self, destination: str) -> int:
        """Make due now what waits for a destination; return how many rows that is."""
        return int(self._scripts.run("flush", args=[destination]))


def _pairs(flat: Sequence[bytes]) -> list[tuple[str, bytes]]:
    return [(profile.decode(), row) for profile, row in zip(flat[::2], flat[1::2], strict=True)]
