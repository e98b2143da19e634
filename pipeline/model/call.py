"""A call to an outside system, its answer, and the sender that delivery wants of each kind of connector."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias, runtime_checkable


@dataclass(frozen=True)
class Call:
    """One HTTP request; limits of the account count it by ``function``."""

    function: str
    path: str  # percent-encoded, from the host on
    body: Mapping[str, Any] | None = field(default=None, repr=False)  # as JSON; may hold structs
    method: str = "POST"


@dataclass(frozen=True)
class Submitted:
    """In the place of an answer: the call was taken on, and its answer is there later under this id."""

    request: str


@dataclass(frozen=True)
class Rejection:
    """Why one row was not delivered; None in its place means that it was delivered."""

    code: str
    detail: str = ""


@dataclass(frozen=True)
class Done:
    """One row is so already: it counts as delivered and unchanged, and takes part in no later step."""


@dataclass(frozen=True)
class Again:
    """One row is to be tried again later, as when its record was locked; after 8 tries it is rejected.

    ``anew``: a step with ``fresh_for`` is done again first, as when the record is another one by now.
    """

    code: str
    detail: str = ""
    anew: bool = False


FinalVerdict: TypeAlias = Rejection | Done | None
Verdict: TypeAlias = FinalVerdict | Again


@dataclass(frozen=True)
class Timeouts:
    """Seconds that a client waits: for a connection, between two bytes, and for all of a call."""

    connect: float = 10
    read: float = 60
    call: float = 120


class Sender(Protocol):
    """Sends the calls of one connector; shared by threads. Errors are those of errors.py, all CallError."""

    def ready(self) -> None:
        """Make sure that a call may be sent; may log in.

        Raises:
            CallError: it may not, and nothing was sent.
        """

    def send(self, call: Call) -> Any:
        """Send ``call`` and return the decoded answer, or ``Submitted``.

        Raises:
            RetryLater, Throttled, Refused, Held: nothing was done there.
            OutcomeUnknown: it went out, and no answer tells its outcome.
        """

    def poll(self, requests: Sequence[str]) -> Mapping[str, Any]:
        """Return the answers that are there, by request; a CallError stands for an answer that is an error.

        A request still without an answer is missing; OutcomeUnknown stands for one that is no longer kept.

        Raises:
            CallError: none of the requests could be asked after.
        """


@runtime_checkable
class Closable(Protocol):
    """A sender that holds connections."""

    def close(self) -> None:
        """Close the connections that no thread uses."""
