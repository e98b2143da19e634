"""The intake: activations wait in shards, in the order in which they were produced.

Keys
    intake:{shard}         list of activations, as JSON; the shard is crc32(profile id) modulo 16
    intake:{shard}:claim   hash: id, until (ms), size, attempt; the one claim on the shard's oldest entries.
                           Also since (ms), why (its last failure), and for a claim that was halved: rest
                           (entries to claim after these), offset (entries accepted before these).
                           And worker, deaths: workers that were killed while they had its one entry
    newest:{d}:{sha1}      when a profile's newest change happened, for a state action; known for an hour
    seen:{digest}          an id chosen by a producer, with profile and call type, for the idempotency window;
                           a digest of the activation as a number, 1 if its content does not count
    producer:{producer}    the last chunk that this producer appended (see append.lua)

A claimed entry stays where it is: the claim only says how many of the oldest entries are being worked on.
So an entry that is erased leaves a tombstone in its place, which is dropped when its turn comes.
Adding their rows to the lanes, counting them and cutting them off the list is one script.
"""

import json
import random
import time
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import redis
from msgspec import msgpack

from pipeline.accept.accept_counts import AcceptCounts
from pipeline.accept.entry_ids import GENERATED, UNKNOWN_CONTENT, DuplicateKey
from pipeline.accept.routes import Routes
from pipeline.accept.state_rows import StateRow
from pipeline.model.shard import SHARDS, shard_of
from pipeline.stores.broker import decoded
from pipeline.stores.life import Life
from pipeline.stores.redis_client import RedisClient, on_full_server
from pipeline.stores.replicas import require, wait_commands
from pipeline.stores.scripts import PAUSES, Argument, Scripts

TOMBSTONE = b"erased"
CLAIM_SIZE = 1_000  # entries
CLAIM_LEASE = 30.0  # seconds
RETRY_SECONDS = 5.0  # until entries are tried again that a store kept from being accepted
# Rows of a destination: with so many a full server accepts no more for it, for entries are smaller than rows.
MAX_WAITING_ROWS = 20_000


@dataclass(frozen=True)
class Claim:
    """Some entries of a shard, in one worker's hands."""

    shard: int
    id: str
    attempt: int
    entries: Sequence[bytes]
    catalog: int  # the version published last, when it was claimed
    until: float  # the end of its lease, by ``time.monotonic``
    offset: int = 0  # entries of this claim that were accepted before these
    server_full: bool = False  # it had no room left
    deaths: int = 0  # workers that were killed while they had this one entry

    def key(self, index: int, duplicate_key: DuplicateKey | None = None) -> str:
        """Name an entry within the claim, however the claim was halved."""
        return duplicate_key.digest if duplicate_key else str(self.offset + index)


class Intake:
    """The intake on one server."""

    def __init__(self, client: redis.Redis, window: int, pauses: Sequence[float] = PAUSES) -> None:
        """``pauses``: seconds before each repeat of a command that lost its answer."""
        self._client = cast("RedisClient", client)
        self._scripts = Scripts(client, pauses)
        self._window = window  # seconds
        self.life = Life(client)

    def append_raw(self, activation: Any, message: str) -> int:
        """Append one activation as it came in a message, checked when it is accepted; return its shard.

        Messages may come twice, so one without an id gets that of its message.
        """
        if isinstance(activation, dict):
            activation = {"id": message, **activation}
        profile = str(activation.get("profile_id", "")) if isinstance(activation, dict) else ""
        shard = shard_of(profile)
        waits = wait_commands(self._client.replicas)
        push = ("RPUSH", _keys(shard)[0], json.dumps(activation))
        try:
            answers = self._client.exchange([push, *waits])
        except redis.OutOfMemoryError:  # the message is off its queue, and this makes room for it
            answers = self._client.exchange([on_full_server([push]), *waits])
        require(self._client.replicas, answers)
        return shard

    def claim(self, shard: int) -> Claim | None:
        """Claim a shard's oldest entries; None if there are none, or another worker has them."""
        until = time.monotonic() + CLAIM_LEASE
        args: list[Argument] = [uuid.uuid4().hex, CLAIM_SIZE, round(CLAIM_LEASE * 1000), self.life.worker]
        answer = self._scripts.run("claim_intake", _keys(shard), args)
        if not answer:
            return None
        identity, attempt, size, catalog, offset, full, deaths = answer
        # Through Lua they would cost six times as much.
        entries = self._scripts.read(("LRANGE", _keys(shard)[0], 0, size - 1))
        if time.monotonic() > until:  # another worker may have accepted these entries
            return None
        return Claim(shard, identity.decode(), attempt, entries, catalog, until, offset, bool(full), deaths)

    def peek(self, destination: str, profiles: Sequence[str]) -> list[tuple[bytes, int]]:
        """Return of each profile the row that a newer one would overlay, b"" if none waits.

        With it comes the time of its newest change, microseconds since the epoch; 0 if that is not known.
        Both stay true while the claim on the profile's shard lasts.
        """
        answer = self._scripts.run("peek", args=[destination, *profiles])
        return [(row, int(newest or 0)) for row, newest in zip(answer[::2], answer[1::2], strict=True)]

    def accept(
        self, claim: Claim, routes: Routes, state_rows: Sequence[StateRow] = ()
    ) -> AcceptCounts | None:
        """Add the rows of a claim to their lanes and drop it; None if the claim has another id or attempt."""
        work = {**routes.encode(), "state_rows": state_rows}
        answer = self._scripts.run(
            "accept", _keys(claim.shard), [claim.id, claim.attempt, self._window, msgpack.encode(work)]
        )
        return AcceptCounts(*map(int, answer)) if answer else None

    def put_off(self, claim: Claim) -> None:
        """Leave a claim's entries in the intake for now."""
        self._scripts.run("put_off", _keys(claim.shard)[1:], [claim.id, claim.attempt])

    def halve(self, claim: Claim, why: str) -> None:
        """Claim only the first half of the entries from now on: accepting all of them failed."""
        self._scripts.run("halve_claim", _keys(claim.shard)[1:], [claim.id, claim.attempt, why])

    def note(self, claim: Claim, why: str) -> None:
        """Note why the entries could not be accepted this time; they are tried again soon."""
        args: list[Argument] = [claim.id, claim.attempt, why, round(RETRY_SECONDS * 1000)]
        self._scripts.run("note_claim", _keys(claim.shard)[1:], args)

    def supplied(self, destinations: Collection[str]) -> bool:
        """Tell whether each of these destinations has so many waiting rows that more would not go soon."""
        with self._client.pipeline(transaction=False) as pipe:
            for destination in destinations:
                pipe.hlen(f"rows:{destination}")
            return int(min(pipe.execute(), default=0)) >= MAX_WAITING_ROWS

    def recognises(self, key: DuplicateKey) -> bool:
        """Tell whether an activation with this key was accepted before; accept.lua has the last word."""
        if key.kind == GENERATED:
            last = self._client.get(f"producer:{key.producer}")
            if last is not None and int(last) >= int(key.chunk):
                return True
        return self.seen(key.digest) or (key.former != "" and self.seen(key.former))

    def contradictions(self, keys: Mapping[int, DuplicateKey]) -> set[int]:
        """Return the numbers of activations that have the id of an earlier one, but other content."""
        told = {number: key for number, key in keys.items() if key.content != UNKNOWN_CONTENT}
        if not told:
            return set()
        digests = [*dict.fromkeys(key.digest for key in told.values())]
        values = self._client.mget([f"seen:{digest}" for digest in digests])
        first = {digest: decoded(value) for digest, value in zip(digests, values, strict=True) if value}
        return {
            number
            for number, key in told.items()
            if first.setdefault(key.digest, key.content) not in (key.content, UNKNOWN_CONTENT)
        }

    def seen(self, digest: str) -> bool:
        """Tell whether an id was accepted within the idempotency window."""
        return bool(self._client.exists(f"seen:{digest}"))

    def waiting(self) -> dict[int, int]:
        """Count the entries of each shard that holds any; in random order, so that none is always last."""
        with self._client.pipeline(transaction=False) as pipe:
            for shard in range(SHARDS):
                pipe.llen(f"intake:{shard}")
            lengths = list(enumerate(pipe.execute()))
        random.shuffle(lengths)
        return {shard: length for shard, length in lengths if length}


def _keys(shard: int) -> list[str]:
    return [f"intake:{shard}", f"intake:{shard}:claim"]
