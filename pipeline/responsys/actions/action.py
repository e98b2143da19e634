"""What an action is: how rows become a call, and how its answer becomes verdicts."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from pipeline.activation import Activation
from pipeline.call import Call, Rejection
from pipeline.connector import Connector
from pipeline.destination import Destination


class Action(ABC):
    """One thing a destination can do; no I/O, no clock, no settings."""

    name: str
    function: str  # what the account's limits count its calls by
    repeatable: bool  # True when a call whose outcome is unknown may simply be sent again

    @abstractmethod
    def problem(self, connector: Connector, destination: Destination, activation: Activation) -> str | None:
        """Say why this row can never be sent, in words without personal data; None when it can.

        Asked of every row, so it must be cheap.
        """

    @abstractmethod
    def call(self, connector: Connector, destination: Destination, rows: Sequence[Activation]) -> Call:
        """Build the request for rows that have no problem."""

    @abstractmethod
    def verdicts(
        self, rows: Sequence[Activation], answer: Any, connector: Connector
    ) -> list[Rejection | None]:
        """Read one verdict per row, in their order; None means delivered.

        Raises:
            OutcomeUnknown: the answer does not fit the rows, or those that were sent for ``connector``.
        """
