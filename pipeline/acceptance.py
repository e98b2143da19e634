"""Accept activations: from a shard of the intake into the lanes of their destinations.

What cannot be accepted becomes an ``Invalid`` dead letter. Those are written first, under ids that follow
from the claim: when the worker dies before the claim is dropped, the next one finds them there already.
"""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from sqlalchemy import Engine

from pipeline import dead_letters
from pipeline.activation import Activation, Invalid, decode
from pipeline.catalog import Catalog
from pipeline.dead_letters import DeadLetter
from pipeline.destination import Destination
from pipeline.intake import Accepted, Claim, Intake, Routed
from pipeline.responsys.actions import ACTIONS

log = logging.getLogger(__name__)

GENERATED_ID = re.compile(r"([0-9a-z]+)-(\d+)-\d+")  # as a producer makes them: producer, chunk, index
MOST_CLAIMS = 10  # per task, so that one shard does not keep a worker for ever
NOWHERE = "/"  # the lane of what belongs to no destination


class Acceptance:
    """Accepts what producers left in the intake."""

    def __init__(self, intake: Intake, engine: Engine, catalog: Callable[[], Catalog]) -> None:
        self._intake = intake
        self._engine = engine
        self._catalog = catalog

    def accept(self, shard: int) -> str:
        """Accept what waits in one shard, up to ten claims; say how much that was."""
        entries, total = 0, Accepted(0, 0, 0)
        for claim in self._claims(shard):
            done = self._accept(claim)
            if done is None:
                break
            entries += len(claim.entries)
            total = Accepted(
                total.added + done.added, total.invalid + done.invalid, total.repeated + done.repeated
            )
        return summary(entries, total)

    def _claims(self, shard: int) -> Iterator[Claim]:
        for _ in range(MOST_CLAIMS):
            claim = self._intake.claim(shard)
            if claim is None:
                return
            yield claim

    def _accept(self, claim: Claim) -> Accepted | None:
        router = Router(self._catalog(), claim)
        routes = [router.route(index, entry) for index, entry in enumerate(claim.entries)]
        letters = [letter for letter, digest in router.letters if not digest or not self._intake.seen(digest)]
        if letters:
            with self._engine.begin() as connection:
                dead_letters.keep(connection, letters)
        return self._intake.accept(claim, list(router.lanes), routes)


@dataclass
class Router:
    """Finds the lanes of a claim's entries, and collects why some have none."""

    catalog: Catalog
    claim: Claim
    lanes: dict[str, int] = field(default_factory=dict)  # lane to its number, from 1
    letters: list[tuple[DeadLetter, str]] = field(default_factory=list)  # with the digest of a chosen id

    def route(self, index: int, entry: bytes) -> Routed:
        """Return where one entry goes."""
        try:
            activation = decode(entry)
        except Invalid as error:
            self._refuse(index, entry, None, None, "", explain(error))
            return Routed("", "", [-self._number(NOWHERE)])
        mark, digest = mark_of(activation)
        destinations = self._destinations(activation)
        if not destinations:
            why = f'no destination is set up for audience "{activation.audience}"'
            self._refuse(index, entry, activation, None, digest, why)
            return Routed(mark, activation.profile_id, [-self._number(NOWHERE)])
        numbers = [
            self._lane(index, entry, activation, destination, digest)
            for destination in destinations
            if activation.call_type in destination.call_types
        ]
        return Routed(mark, activation.profile_id, numbers)

    def _destinations(self, activation: Activation) -> tuple[Destination, ...]:
        found = self.catalog.for_audience(activation.audience)
        if activation.destination is None:
            return found
        return tuple(destination for destination in found if destination.name == activation.destination)

    def _lane(
        self, index: int, entry: bytes, activation: Activation, destination: Destination, digest: str
    ) -> int:
        connector = self.catalog.connectors[destination.connector]
        problem = ACTIONS[destination.action].problem(connector, destination, activation)
        if problem is not None:
            self._refuse(index, entry, activation, destination, digest, problem)
            return -self._number(f"{destination.name}/all")
        return self._number(f"{destination.name}/all+bulk" if activation.bulk else f"{destination.name}/all")

    def _number(self, lane: str) -> int:
        return self.lanes.setdefault(lane, len(self.lanes) + 1)

    def _refuse(
        self,
        index: int,
        entry: bytes,
        activation: Activation | None,
        destination: Destination | None,
        digest: str,
        why: str,
    ) -> None:
        letter = DeadLetter(
            id=dead_letters.name(self.claim.id, str(index), destination.name if destination else ""),
            connector=destination.connector if destination else None,
            destination=destination.name if destination else None,
            audience=activation.audience if activation else "",
            profile_id=activation.profile_id if activation else "",
            code="Invalid",
            detail=why,
            activation=entry.decode("utf-8", "replace"),
        )
        self.letters.append((letter, digest))


def mark_of(activation: Activation) -> tuple[str, str]:
    """Return how accept.lua recognises a repeat, and the digest it remembers; "" when ids are our own."""
    if activation.replay:
        digest = digest_of(f"replay {activation.replay}")
        return f"r{digest}", digest
    if activation.id is None:
        return "", ""
    digest = digest_of(activation.id)
    generated = GENERATED_ID.fullmatch(activation.id)
    if generated:
        return f"g{generated[1]}:{generated[2]}:{digest}", digest
    return f"i{digest}", digest


def digest_of(chosen: str) -> str:
    """Shorten an id for a key name, which it must not be legible in."""
    return blake2b(chosen.encode(), digest_size=16).hexdigest()


def explain(error: Invalid) -> str:
    """Turn marshmallow's messages into one line."""
    return "; ".join(f"{name}: {messages}" for name, messages in error.messages.items())


def summary(entries: int, done: Accepted) -> str:
    """Say in a line what was accepted, for Flower."""
    if not entries:
        return "nothing to accept"
    parts = [f"{entries:,} entries, {done.added:,} rows"]
    if done.invalid:
        parts.append(f"{done.invalid:,} invalid")
    if done.repeated:
        parts.append(f"{done.repeated:,} seen before")
    return ", ".join(parts)
