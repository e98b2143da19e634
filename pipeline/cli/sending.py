"""The rows of a file on their way, with the numbers of their lines."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import Misconfigured
from pipeline.produce.appender import AppendFailed
from pipeline.produce.chunk import MAX_ENTRIES
from pipeline.produce.lines import FileLine
from pipeline.produce.report import Messages


@dataclass
class FileRows:
    """Rows on their way, with the numbers of their lines."""

    lines: Iterator[FileLine]
    note: Callable[[int, Messages], None]
    unread: int = 0  # lines that could not be read
    broken: str | None = None  # why the file could not be read to its end
    _recent: deque[int] = field(default_factory=lambda: deque(maxlen=MAX_ENTRIES))

    def rows(self) -> Iterator[Any]:
        """Give the rows of the lines that can be read, as far as the file can be."""
        try:
            for line in self.lines:
                if line.problem is None:
                    self._recent.append(line.number)
                    yield line.row
                else:
                    self.unread += 1
                    self.note(line.number, {"_schema": [line.problem]})
        except Misconfigured as error:
            if not self._recent:
                raise
            self.broken = f"{error}. Every valid line before that was taken"

    def refuse(self, _: int, messages: Messages) -> None:
        """Note that the row given last was refused."""
        self.note(self._recent.pop(), messages)

    def remark(self, messages: Messages) -> None:
        """Note a problem of the row given last, which is not refused for it."""
        self.note(self._recent[-1], messages)

    def explain(self, error: AppendFailed) -> str:
        """Say which lines may be missing."""
        count = len(error.activations)
        first = list(self._recent)[-count]
        return (
            f"{error.why}. Every valid line before line {first:,} was accepted; "
            f"for {count:,} from there on that is not known, and none was sent after them"
        )
