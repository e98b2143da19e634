"""Moves: all that may be done with a batch next. ``decide`` chooses one, ``Effects.carry_out`` makes it.

A move is a value and names no store. ``text`` is for Flower; ``code`` is the error code of a failed call,
"" if none failed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pipeline.deliver.progress import Progress
from pipeline.model.action import Identifiers
from pipeline.model.call import FinalVerdict, Rejection


@dataclass(frozen=True)
class Settle:
    """End the batch with one verdict per row; rows at the positions ``returned`` go back to their lane."""

    verdicts: Sequence[FinalVerdict]
    returned: tuple[int, ...] = ()
    code: str = ""
    learned: Mapping[int, Identifiers] = field(default_factory=dict)  # by position


@dataclass(frozen=True)
class SettleAsRecorded:
    """End the batch as the ledger has it."""

    returned: tuple[int, ...]


@dataclass(frozen=True)
class ReturnRows:
    """Put all rows back into their lane: a later batch may hold other rows."""

    text: str
    code: str = ""


@dataclass(frozen=True)
class NextStep:
    """Let the batch wait for a permit of ``function``, for the step at which ``progress`` is.

    ``refund``: the permit it came with was not used. A step that ``sets_up`` something takes no slot of its
    connector meanwhile, nor does a batch that is put aside for up to ``backoff`` seconds at random. ``delay``
    is in seconds, too.
    """

    function: str
    progress: Progress
    text: str
    refund: bool = False
    sets_up: bool = False
    delay: float = 0
    backoff: float = 0
    code: str = ""


@dataclass(frozen=True)
class GiveBack:
    """Put the batch aside for ``delay`` seconds: no call was made, so permit and tries are as before.

    If a store is down it is left as it is, and comes back when its lease ends.
    """

    text: str
    delay: float = 0


@dataclass(frozen=True)
class Retry:
    """Put the batch aside for at least ``delay`` seconds, and for up to ``backoff`` seconds at random.

    ``spend``: this was one of its tries. ``refund``: no call was made, its permit is free again. ``pause``
    names the limit that was used up, which stops the function or the whole account.
    """

    text: str
    delay: float = 0
    backoff: float = 0
    spend: bool = False
    refund: bool = False
    pause: Literal["function", "account", "login"] | None = None
    code: str = ""


@dataclass(frozen=True)
class Split:
    """Halve the batch; each half keeps its part of the progress and waits for a permit of its own."""

    first: Progress
    second: Progress
    text: str
    code: str = ""


@dataclass(frozen=True)
class SetApart:
    """Let the rows at ``positions`` wait in a batch of their own; ``then`` is the move of the rows that stay.

    That batch is put aside for up to ``backoff`` seconds at random, and then repeats the step that has just
    been answered.
    """

    positions: tuple[int, ...]
    backoff: float  # seconds
    then: "Move"
    anew: bool = False  # its step with ``fresh_for`` is done again first


@dataclass(frozen=True)
class ReturnSome:
    """Put the rows at ``positions`` back into their lane; ``then`` is the move of the rows that stay."""

    positions: tuple[int, ...]
    then: "Move"


@dataclass(frozen=True)
class AskLater:
    """Ask for the answer under the id ``request``, by which the call was taken on."""

    request: str
    text: str


@dataclass(frozen=True)
class PutOnHold:
    """Stop the connector or destination until a person acts, and show why; ``then`` is the batch's move.

    ``forget``: everything that the account is known to have is looked for again.
    """

    scope: Literal["connector", "destination"]
    why: Rejection
    then: "Move"
    forget: bool = False


@dataclass(frozen=True)
class EndSetUp:
    """Let other batches set up ``thing``, or use it when ``exists``; ``then`` is this batch's move."""

    thing: str
    exists: bool
    then: "Move"


@dataclass(frozen=True)
class Leave:
    """Do nothing: another attempt has the batch, or sending was stopped."""

    text: str


Move: TypeAlias = (
    Settle
    | SettleAsRecorded
    | ReturnRows
    | NextStep
    | GiveBack
    | Retry
    | Split
    | SetApart
    | ReturnSome
    | AskLater
    | PutOnHold
    | EndSetUp
    | Leave
)
