"""Refusals: dead letters for the entries of one claim that are not valid, or not for a destination."""

import time
from collections.abc import Collection, Sequence

from sqlalchemy import Engine

from pipeline.accept.entry_ids import DuplicateKey
from pipeline.accept.intake import Claim
from pipeline.model.activation import Activation
from pipeline.model.destination import Destination
from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import DeadLetter
from pipeline.settle.refusal_notes import store_refusal_notes
from pipeline.text.escapes import escaped, storable

COMMIT_SECONDS = 5.0  # that committing may take; until then no other worker may have the claim


class Refusals:
    """The dead letters of one claim. Their ids follow from the claim, so that each is kept once."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self.letters: list[tuple[DeadLetter, int]] = []  # with the index of their entry

    def add(
        self,
        index: int,
        activation: Activation,
        why: str,
        *,
        destination: Destination | None = None,
        key: DuplicateKey | None = None,
    ) -> None:
        """Refuse the entry at ``index`` for one destination; None: for all.

        That of a replay stays its destination's, or the next replay would go to all of them.
        """
        name = activation.destination and storable(activation.destination)
        if destination:
            name = destination.name
        letter = DeadLetter(
            id=dead_letters.letter_id(self._claim.id, self._claim.key(index, key), name or ""),
            connector=destination.connector if destination else None,
            destination=name,
            audience=activation.audience,
            profile_id=activation.profile_id,
            code="Invalid",
            detail=why,
            activation=escaped(self._claim.entries[index]),
        )
        self.letters.append((letter, index))


def keep_letters(
    engine: Engine, claim: Claim, letters: Sequence[DeadLetter], witnessed: Collection[str] = ()
) -> bool:
    """Store letters of a claim, and their notes for the audiences ``witnessed``.

    False, and nothing is stored, if another worker may have the claim by now.
    """
    if not letters:
        return True
    with engine.connect() as connection:
        dead_letters.store(connection, letters)
        store_refusal_notes(connection, letters, witnessed)
        if time.monotonic() > claim.until - COMMIT_SECONDS:
            return False
        connection.commit()
    return True
