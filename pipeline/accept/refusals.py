"""Refusals: dead letters for the entries of one claim that are not valid, or not for a destination."""

from pipeline.accept.entry_ids import DuplicateKey
from pipeline.accept.intake import Claim
from pipeline.model.activation import Activation
from pipeline.model.destination import Destination
from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import DeadLetter
from pipeline.text.escapes import escaped, storable


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
