"""Report: how many of many activations were accepted, and the errors of the rest."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MOST_ERRORS = 10_000  # kept; further ones are only counted, so that a bad file does not fill the memory

Messages = dict[Any, Any]


@dataclass
class Report:
    """The outcome of one ``activate_many``."""

    accepted: int = 0
    refused: int = 0
    repeated: int = 0  # of the accepted, those that repeat the id of another; workers count them and go on
    errors: list[tuple[int, Messages]] = field(default_factory=list)  # by index of the row, from 0
    ids: list[str] = field(default_factory=list)  # only when asked for
    on_error: Callable[[int, Messages], None] | None = field(default=None, repr=False, compare=False)

    def refuse(self, index: int, messages: Messages) -> None:
        """Count a row that was not accepted, and keep or pass on its messages."""
        self.refused += 1
        if self.on_error:
            self.on_error(index, messages)
        elif len(self.errors) < MOST_ERRORS:
            self.errors.append((index, messages))
