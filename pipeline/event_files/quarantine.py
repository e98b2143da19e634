"""Quarantine: records that count nothing, with number, reason and text of the line at which each begins."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from pipeline.event_files.row_values import PROBLEMS
from pipeline.event_files.text_file import MARK, REASONS
from pipeline.stores.event_tables import event_lines
from pipeline.stores.upsert import new_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_LINES = 10_000  # of one part; all are counted
LONGEST_TEXT = 4_000  # characters
AT_ONCE = 1_000
BAD = f"""
    SELECT rn, problem, left(line, {LONGEST_TEXT}) FROM part_rows JOIN part_lines USING (rn)
    WHERE problem > 0 AND rn > {{position}} ORDER BY rn LIMIT {MOST_LINES}
"""


def store_bad_lines(scratch: "DuckDBPyConnection", connection: Connection, file: int, position: int) -> None:
    """Store the lines of ``part_rows`` that have a problem."""
    statement = new_rows(connection.dialect.name, event_lines)
    found = scratch.execute(BAD.format(position=position))
    while some := found.fetchmany(AT_ONCE):
        connection.execute(statement, list(quarantine_rows(some, file)))


def quarantine_rows(found: list[Any], file: int) -> Iterator[dict[str, Any]]:
    """Give rows of the table; a marked line has its own reason."""
    now = datetime.now(UTC)
    for number, problem, text in found:
        reason = PROBLEMS[problem]
        if text.startswith(MARK):
            reason, text = REASONS[text[1]], text[2:]
        yield {"file": file, "line": number, "reason": reason, "text": text, "at": now}
