"""Statements: wishes for an address and a channel, each with its source; none is ever changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Wish = Literal["out", "in"]
Kind = Literal["event", "box", "existing", "new", "moved", "command", "conflict"]

OUT: Wish = "out"
IN: Wish = "in"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement.

    ``kind``: an event of Responsys, a box of a record that was ticked, one that was ticked when it was first
    read ("existing", "new", or "moved" to another address), a command, or the answer to a conflict.
    ``at``: when it was made, in ms since the epoch; None: now, and after all that was said before.
    """

    key: str  # equal: the same statement, met again
    address: str  # SHA-256 of the address in lower case
    channel: str
    wish: Wish
    kind: Kind
    source: str  # of the configuration; of a command "command"
    at: int | None = None
    proven: bool = False  # it may begin an epoch: an event of opting in, or the wish of a human
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_human(self) -> bool:
        """Whether a person has said it here, and so begins an epoch at once."""
        return self.kind in ("command", "conflict")
