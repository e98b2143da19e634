"""Landing: the events of a plain file enter the store, each once, whatever comes how often.

A part of a file is one transaction with the file's ledger row, which has the position. The row of
``event_folds`` is locked first: landings are one after the other, so ids ascend in the order in which
readers can see them.

| Where it stops | Then |
|---|---|
| before the transaction of a part is committed | rolled back; the next landing goes on at the position |
| committed, the process dies | the same |
| the file comes again, under any name | its content is known, or its events' keys are |
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from pipeline.event_files.companions import wrong_count
from pipeline.event_files.file_parts import PART_BYTES, SHARED_PART_BYTES, FilePart, parts_of
from pipeline.event_files.ledger_row import LedgerRow, begin_row, digest_of, same_content
from pipeline.event_files.part_rows import PartRows
from pipeline.event_files.part_store import PartStore
from pipeline.event_files.plain_file import FileFailed, Landed, PlainFile
from pipeline.event_files.readable_file import ReadableFile, make_readable
from pipeline.event_files.scratch import open_scratch, scratch_errors

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Landing:
    """Lands files one after the other; the handles that it has met serve the next file."""

    def __init__(
        self,
        engine: Engine,
        open_duckdb: Callable[[], "DuckDBPyConnection"],
        folder: Path,
        part_bytes: int = PART_BYTES,
    ) -> None:
        """``open_duckdb`` is called for the first new file: most runs find none."""
        self._engine = engine
        self._open_duckdb = open_duckdb
        self._folder = folder
        self._part_bytes = part_bytes

    @cached_property
    def _scratch(self) -> "DuckDBPyConnection":
        return self._open_duckdb()

    @cached_property
    def _store(self) -> PartStore:
        return PartStore(self._engine, self._scratch, self._folder)

    def land(self, file: PlainFile, progress: Callable[[int], None] = lambda _lines: None) -> Landed:
        """Land a file of the spool; ``progress`` gets the number of records of each part.

        Raises:
            FileFailed: nothing of it can count; the caller writes that into the ledger.
            RetryLater: DuckDB cannot work in the spool.
        """
        row = begin_row(self._engine, file.number, digest_of(file.path))
        if same := same_content(self._engine, row):
            self._refuse_count(file, same.lines)
            return self._finish(same)
        with scratch_errors(), make_readable(file, self._folder) as readable:
            if readable.header is None:
                self._refuse_count(file, 0)
                return self._finish(row)
            rows = PartRows(self._scratch, file, readable.header, is_clean=readable.is_clean)
            return self._land(file, readable, rows, row, progress)

    def _land(
        self,
        file: PlainFile,
        readable: ReadableFile,
        rows: PartRows,
        row: LedgerRow,
        progress: Callable[[int], None],
    ) -> Landed:
        if file.expected_lines is not None:
            self._refuse_count(file, sum(records for _, records in self._parts(readable, rows)))
            rows.forget()
        for part, records in self._parts(readable, rows):
            self._store.store(file, rows, row, part)
            progress(records)
        return row.landed

    def _parts(self, readable: ReadableFile, rows: PartRows) -> Iterator[tuple[FilePart, int]]:
        """Read the parts, and give each with the number of its records."""
        for part in parts_of(readable.path, self._folder, self._part_bytes):
            yield part, rows.read(part)

    def _finish(self, row: LedgerRow) -> Landed:
        with self._engine.begin() as connection:
            row.store(connection, done=True)
        return row.landed

    def _refuse_count(self, file: PlainFile, lines: int) -> None:
        if file.expected_lines is not None and file.expected_lines != lines:
            raise FileFailed(wrong_count(lines, file.expected_lines))


@contextmanager
def open_landing(engine: Engine, folder: Path, part_bytes: int = PART_BYTES) -> Iterator[Landing]:
    """Give a landing that keeps its files, and temporary ones, in ``folder``, the spool."""
    if engine.dialect.name == "postgresql":
        part_bytes = min(part_bytes, SHARED_PART_BYTES)
    with ExitStack() as stack:
        yield Landing(engine, lambda: stack.enter_context(open_scratch(folder)), folder, part_bytes)
