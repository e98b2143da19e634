"""Accept activations: from a shard of the intake into the lanes of their destinations.

What cannot be accepted becomes an ``Invalid`` dead letter. Those are written first, under ids that follow
from the claim: when the worker dies before the claim is dropped, the next one finds them there already.
"""

from collections.abc import Callable, Iterator

from sqlalchemy import Engine

from pipeline import dead_letters
from pipeline.catalog import Catalog
from pipeline.intake import Accepted, Claim, Intake
from pipeline.routing import Router

MOST_CLAIMS = 10  # per task, so that one shard does not keep a worker for ever


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
        router = self._keep_letters(claim)
        return self._intake.accept(claim, list(router.lanes), router.routes)

    def _keep_letters(self, claim: Claim) -> Router:
        router = Router(self._catalog(), claim)
        router.route()
        letters = [letter for letter, digest in router.letters if not digest or not self._intake.seen(digest)]
        if letters:
            with self._engine.begin() as connection:
                dead_letters.keep(connection, letters)
        return router


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
