"""Progress of ``activation send`` on a terminal."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


@contextmanager
def file_bar(file: BinaryIO) -> Iterator[Callable[[int], None]]:
    """Show how far a file has been read, as long as the context lasts."""
    console = Console(stderr=True)
    size = os.fstat(file.fileno()).st_size if file.seekable() else None
    columns = (TextColumn("{task.fields[rows]:,} rows"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=size, rows=0)
        yield lambda rows: progress.update(task, completed=file.tell() if size else 0, rows=rows)
