"""DuckDB as a reader of files: in memory, with a small share of it, and able to open the spool alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.event_files.plain_file import FileFailed
from pipeline.event_files.spool_errors import unusable_spool

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "256MB"  # beyond it DuckDB uses temporary files in the spool
THREADS = 2


@contextmanager
def open_scratch(folder: Path) -> Iterator["DuckDBPyConnection"]:
    """Give a DuckDB connection that may read files in ``folder`` only, and has its temporary files there."""
    import duckdb  # 40 MiB, which only a landing needs

    connection = duckdb.connect(
        config={"memory_limit": MEMORY, "threads": THREADS, "temp_directory": str(folder / "duckdb.tmp")}
    )
    try:
        connection.execute(f"SET allowed_directories = [{literal(str(folder))}]")
        for setting in (
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            "enable_external_access = false",
            "enable_progress_bar = false",
            "TimeZone = 'UTC'",
            "lock_configuration = true",
        ):
            connection.execute(f"SET {setting}")
        yield connection
    finally:
        connection.close()


@contextmanager
def scratch_errors() -> Iterator[None]:
    """Raise RetryLater for a spool in which DuckDB cannot work, FileFailed for a file that it cannot read."""
    import duckdb  # 40 MiB, which only a landing needs

    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise unusable_spool(str(error).partition("\n")[0]) from error
    except duckdb.Error as error:
        raise FileFailed(f"DuckDB cannot read it ({type(error).__name__})") from error


def literal(text: str) -> str:
    """Write a text in SQL."""
    return "'" + text.replace("'", "''") + "'"
