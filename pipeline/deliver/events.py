"""Events: the ways in which a batch, a call or an answer can come to the one decision in ``decide``.

The rows of the table in docs/extending.md, "Where a batch may stop", are among them.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

from pipeline.errors import CallError
from pipeline.model.action import Step


@dataclass(frozen=True)
class OtherPermit:
    """The batch has a permit for another function than that of its next step, or no step is left."""


@dataclass(frozen=True)
class KillsWorkers:
    """The batch was claimed, and so many workers died before its call began that a row may kill them."""


@dataclass(frozen=True)
class WorkerStops:
    """The worker that has the batch takes no more calls on."""


@dataclass(frozen=True)
class NotBriefed:
    """The store of the batch's people is down; nothing was begun."""


@dataclass(frozen=True)
class NoThread:
    """All threads of the worker but one are busy with calls of the batch's connector."""


@dataclass(frozen=True)
class SetUpTaken:
    """Another batch is at the set-up ``step``, which is the job's next step."""

    step: Step


@dataclass(frozen=True)
class PermitExpired:
    """The call could not begin within a window of its permit."""


@dataclass(frozen=True)
class Overtaken:
    """Another attempt has the batch, or its sending was stopped."""


@dataclass(frozen=True)
class Answered:
    """The call was answered with ``answer``, decoded, or taken on to be answered later."""

    answer: Any
    seconds: float | None = None  # that the call took; None: it was taken on earlier


@dataclass(frozen=True)
class Failed:
    """The call ended without verdicts; ``sent``: it may have gone out."""

    error: CallError
    sent: bool = True
    seconds: float | None = None  # as of Answered; None: nothing was sent, either


@dataclass(frozen=True)
class AnsweredLater:
    """A call that was taken on earlier has ended."""

    outcome: Answered | Failed


@dataclass(frozen=True)
class Lapsed:
    """The batch was begun, its worker was not heard of again, and the ledger has no record of the batch."""


@dataclass(frozen=True)
class Recorded:
    """The ledger has a record of the batch, with the positions of the rows that go back to their lane."""

    returned: tuple[int, ...] = ()


Event: TypeAlias = (
    OtherPermit
    | KillsWorkers
    | WorkerStops
    | NotBriefed
    | NoThread
    | SetUpTaken
    | PermitExpired
    | Overtaken
    | Answered
    | Failed
    | AnsweredLater
    | Lapsed
    | Recorded
)
