"""Progress of ``activation imports run`` on a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from pipeline.cli.tables import printable


class ImportProgress:
    """Shows the current step: bytes fetched, or rows landed."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f}"))
        self._bar = Progress(
            *columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
        )
        self._task = self._bar.add_task("look at the folder", total=None)
        self._step = ""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Advance the bar by ``done``, or begin anew at a new ``step``; ``total`` 0: not known."""
        if step != self._step:
            self._step = step
            self._bar.reset(self._task, description=printable(step), total=total or None)
        self._bar.advance(self._task, done)

    def begin(self) -> None:
        """Show the bar."""
        self._bar.start()

    def end(self) -> None:
        """Take the bar away."""
        self._bar.stop()


@contextmanager
def import_progress() -> Iterator[ImportProgress]:
    """Show a bar as long as the context lasts."""
    bar = ImportProgress()
    bar.begin()
    try:
        yield bar
    finally:
        bar.end()
