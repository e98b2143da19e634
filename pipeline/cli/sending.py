"""The rows of a file on their way, with the numbers of their lines."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.deliver.dry_run import DryRun
from pipeline.deliver.expected import Expected
from pipeline.errors import Misconfigured
from pipeline.model.activation import Activation, Invalid
from pipeline.produce.appender import AppendFailed
from pipeline.produce.audiences import UnknownAudience
from pipeline.produce.chunk import MAX_ENTRIES
from pipeline.produce.lines import FileLine
from pipeline.produce.many import PROGRESS_EVERY, read_row
from pipeline.produce.own_ids import OwnIds
from pipeline.produce.report import Messages, Report
from pipeline.records.catalog import Catalog


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


def rehearse(
    sending: FileRows,
    catalog: Catalog,
    audience: str,
    progress: Callable[[int], None],
    known: Callable[[Activation], bool] = lambda _: False,
) -> tuple[Report, list[Expected]]:
    """Go through all rows without sending any; return the report that sending would give, and the calls.

    ``known`` tells whether an activation repeats one that was accepted earlier.

    Raises:
        UnknownAudience: no destination takes its changes.
    """
    if audience not in catalog.audiences:
        raise UnknownAudience(audience, len(catalog.audiences))
    report, run, own_ids = Report(on_error=sending.refuse), DryRun(catalog, audience), OwnIds()
    for count, row in enumerate(sending.rows(), 1):
        try:
            activation = read_row(row, audience)[0]
            repeated = own_ids.is_repeat(activation) or known(activation)
        except Invalid as error:
            report.refuse(count - 1, error.messages)
            continue
        report.accepted += 1
        report.repeated += repeated
        problems = run.repeat(activation) if repeated else run.add(activation)
        if problems:
            sending.remark({name: [problem] for name, problem in problems.items()})
        if count % PROGRESS_EVERY == 0:
            progress(count)
    return report, run.finish()
