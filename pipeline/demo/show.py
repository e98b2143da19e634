"""Output of the demo: calm on a terminal, plain lines elsewhere."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from pipeline.demo.books import Books
from pipeline.demo.responsys import FUNCTION, THROTTLING


class Show:
    """Writes to one console; progress bars appear only at a terminal."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def heading(self, text: str) -> None:
        """Begin a part."""
        self.console.print(Text(f"\n{text}", style="bold"))

    def ready(self, what: str, detail: str) -> None:
        """Say that a part is there."""
        line = Text.assemble(("  ✓ ", "green"), f"{what:<20}", (detail, "dim"))
        self.console.print(line, soft_wrap=True)

    def note(self, text: str) -> None:
        """Say something by the way."""
        self.console.print(Text(f"  {text}"), soft_wrap=True)

    def moment(self, seconds: float, text: str) -> None:
        """Print an event with its time."""
        self.console.print(Text.assemble((f"  {seconds:5.1f} s  ", "dim"), text), soft_wrap=True)

    def problem(self, text: str) -> None:
        """Print a problem."""
        self.console.print(Text.assemble(("  ✗ ", "red"), text), soft_wrap=True)

    def problems(self, texts: Iterable[str]) -> None:
        """Print problems."""
        for text in texts:
            self.problem(text)

    def command(self, arguments: Iterable[str], output: str) -> None:
        """Print a command and its output."""
        self.note(f"$ activation {' '.join(arguments)}")
        for line in output.splitlines():
            self.note(f"  {line}")

    @contextmanager
    def bar(self) -> Iterator[Progress]:
        """Give progress bars, which stay below whatever is said meanwhile."""
        columns = (
            TextColumn("  {task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("rows"),
        )
        with Progress(*columns, console=self.console, disable=not self.console.is_terminal) as progress:
            yield progress

    def table(self, books: Books) -> None:
        """Show the account of every row."""
        line = books.line
        table = Table(box=None, padding=(0, 1, 0, 2), show_header=False)
        table.add_column()
        table.add_column(justify="right")
        table.add_column(style="dim")
        throttled = books.account.calls[FUNCTION, THROTTLING]
        table.add_row("received", f"{line.received:,}", f"{books.refused} more were refused at the door")
        table.add_row("sent", f"{line.sent:,}", "ADD and UPDATE")
        table.add_row("removed", f"{line.removed:,}", "REMOVE")
        for code, amount in line.rejected.items():
            table.add_row(f"rejected: {code}", f"{amount:,}", "dead letters")
        table.add_row("waiting", f"{line.waiting:,}")
        table.add_row("calls made", f"{line.calls:,}", f"{line.batches} answered, {throttled} throttled")
        table.add_row("average fill", f"{line.fill or 0:,.1f}", "rows in a call, of 200")
        self.console.print(table)
