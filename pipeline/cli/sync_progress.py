"""Progress of ``activation sync`` on a terminal."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

TEXT = "{task.fields[amount]:,} {task.description}"


class SyncBar:
    """Shows the current step, and the number of rows done."""

    def __init__(self, file: BinaryIO | None) -> None:
        console = Console(stderr=True)
        self._file = file if file and console.is_terminal and file.seekable() else None
        columns = (TextColumn(TEXT), BarColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        size = os.fstat(self._file.fileno()).st_size if self._file else None
        self._task = self._bar.add_task("read", total=size, amount=0)

    def __call__(self, what: str, amount: int) -> None:
        """Show that so much is ``read``, or ``sent``."""
        if what == "read" and self._file:
            self._bar.update(self._task, completed=self._file.tell(), amount=amount)
        elif what == "read":
            self._bar.update(self._task, amount=amount)
        else:
            self._bar.update(self._task, description="sent", total=None, amount=amount)

    def begin(self) -> None:
        """Show the bar."""
        self._bar.start()

    def end(self) -> None:
        """Take the bar away, for instance to ask something."""
        self._bar.stop()


@contextmanager
def sync_bar(file: BinaryIO | None) -> Iterator[SyncBar]:
    """Show a bar as long as the context lasts."""
    bar = SyncBar(file)
    bar.begin()
    try:
        yield bar
    finally:
        bar.end()
