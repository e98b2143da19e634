"""What an action is: how rows become calls, and how answers become verdicts."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.model.activation import Activation
from pipeline.model.call import Call, Rejection
from pipeline.model.connector import Connector
from pipeline.model.destination import Destination

Verdicts = list[Rejection | None]


@dataclass(frozen=True)
class Step:
    """One call of a batch; rows that it rejects take part in no later step.

    A step with ``once`` sets something up, such as a table, and rejects no row: it is skipped where the
    account is known to have that, and only one worker at a time does it. ``found`` makes it a look: whether
    the answer shows that it is there. ``settled_by`` are the error codes that mean success.

    ``verdicts`` reads one verdict per row, in their order, None meaning delivered; it raises OutcomeUnknown
    when the answer does not fit the rows.
    """

    name: str  # named in verdicts: "merge", "fields"
    function: str  # what the account's limits count its calls by
    call: Callable[[Sequence[Activation]], Call]
    verdicts: Callable[[Sequence[Activation], Any], Verdicts]
    repeatable: bool = True  # a call whose outcome is unknown may simply be sent again
    once: str | None = None
    found: Callable[[Any], bool] | None = None
    settled_by: frozenset[str] = frozenset()


class Action(ABC):
    """One thing a destination can do; no I/O, no clock, no settings."""

    name: str
    state: bool  # True: a newer activation of a profile overlays one that waits. False: each is a row
    functions: tuple[str, ...]  # all that its steps may use

    @abstractmethod
    def problem(self, connector: Connector, destination: Destination, activation: Activation) -> str | None:
        """Say why this row can never be sent, in words without personal data; None when it can.

        Asked of every row, so it must be cheap.
        """

    def problems(
        self, connector: Connector, destination: Destination, rows: Sequence[Activation]
    ) -> dict[int, str]:
        """Return the problems of rows, by their positions."""
        found = [self.problem(connector, destination, row) for row in rows]
        return {position: problem for position, problem in enumerate(found) if problem is not None}

    def shape(self, connector: Connector, destination: Destination, activation: Activation) -> str:
        """Name what must be equal within one call, such as the columns; a batch holds rows of one shape."""
        return ""

    @property
    def uniform(self) -> bool:
        """Whether all rows of a destination have the same shape."""
        return type(self).shape is Action.shape

    def attributes(self, connector: Connector, destination: Destination) -> frozenset[str] | None:
        """Name the identifiers and variables that are exported; None: all that an activation has.

        What a snapshot sends, compares and keeps of a profile is this and no more.
        """
        return None

    def needs(self, connector: Connector, destination: Destination) -> tuple[object, ...]:
        """Return the things that must be in the account, for ``activation check`` alone."""
        return ()

    def most_rows(
        self, connector: Connector, destination: Destination, rows: Sequence[Activation]
    ) -> int | None:
        """Return how many rows of this shape one call may hold; None: as many as the destination says."""
        return None

    @abstractmethod
    def steps(
        self, connector: Connector, destination: Destination, rows: Sequence[Activation]
    ) -> tuple[Step, ...]:
        """Return what is done with rows of one shape, which have no problem, in this order."""
