"""Rows of a part, in DuckDB: from lines to events, before the store is asked.

Tables of DuckDB::

    part_lines   rn, line                  the physical lines
    part_rows    rn, problem, key, ...     one row for each record; a problem: it goes to the quarantine
    seen         key                       keys of the parts before, of rows that may be equal
"""

from typing import TYPE_CHECKING

import msgspec

from pipeline.event_files.cells import ALL, OddRecords, cleaning_of, read_lines, split
from pipeline.event_files.event_header import EventHeader
from pipeline.event_files.file_parts import FilePart
from pipeline.event_files.plain_file import PlainFile
from pipeline.event_files.row_values import RowValues, signed

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ODD = """
    SELECT rn, line FROM part_lines JOIN part_rows USING (rn)
    WHERE problem = 1 AND contains(line, '"') AND NOT starts_with(line, chr(2)) ORDER BY rn
"""
# The rows that are equal to another one of the file, and how many were before each of them.
REPEATED = """
    CREATE OR REPLACE TEMP TABLE repeated AS
    SELECT rn, key, single, before + row_number() OVER (PARTITION BY key ORDER BY rn) - 1 AS n FROM (
        SELECT rn, key, single, coalesce(before, 0) AS before
        FROM part_rows LEFT JOIN (
            SELECT key, count(*) AS before FROM seen SEMI JOIN part_rows USING (key) GROUP BY key
        ) USING (key)
        WHERE problem IS NULL AND (before IS NOT NULL OR key IN (
            SELECT key FROM part_rows WHERE problem IS NULL GROUP BY key HAVING count(*) > 1
        ))
    ) QUALIFY n > 0
"""
NUMBERED = f"""
    UPDATE part_rows SET problem = 0 FROM repeated WHERE part_rows.rn = repeated.rn AND repeated.single;
    UPDATE part_rows SET key = {signed("md5_number_lower(repeated.key || '#' || repeated.n)")}
        FROM repeated WHERE part_rows.rn = repeated.rn AND NOT repeated.single;
"""


class PartRows:
    """The rows of one file, part by part."""

    def __init__(self, scratch: "DuckDBPyConnection", file: PlainFile, header: EventHeader) -> None:
        self._scratch = scratch
        self._delimiter = file.settings.delimiter
        self._width = len(header.names)
        self._skip = header.lines
        self.values = RowValues(file, header)
        self.forget()

    def forget(self) -> None:
        """Begin the file anew."""
        self._scratch.execute("CREATE OR REPLACE TEMP TABLE seen (key BIGINT)")

    def read(self, part: FilePart) -> int:
        """Fill the tables with a part, and return the number of its records."""
        read_lines(self._scratch, part, self._skip)
        cells = split(self._delimiter, self._width)
        rows = self.values.of(cells, cleaning_of(self._scratch, self._delimiter))
        self._scratch.execute(f"CREATE OR REPLACE TEMP TABLE part_rows AS {rows}")
        self._read_odd_records()
        self._number_repeated(last=part.last)
        return int(self._scratch.execute("SELECT count(*) FROM part_rows").fetchall()[0][0])

    def _read_odd_records(self) -> None:
        """Read lines with quotes that SQL could not split."""
        lines = self._scratch.execute(ODD).fetchall()
        if not lines:
            return
        odd = OddRecords(self._scratch, self._delimiter, self._width)
        odd.read(lines)
        numbers = [*odd.cells, *odd.used]
        self._scratch.execute("DELETE FROM part_rows WHERE rn IN (SELECT unnest($1::BIGINT[]))", [numbers])
        text = msgspec.json.encode([[str(number), *cells] for number, cells in odd.cells.items()]).decode()
        self._scratch.execute(
            "CREATE OR REPLACE TEMP TABLE odd_cells AS SELECT r[1]::BIGINT AS rn, r[2:] AS p "
            "FROM (SELECT unnest(from_json($1, '[[\"VARCHAR\"]]')) AS r)",
            [text],
        )
        rows = self.values.of("SELECT rn, p FROM odd_cells", ALL)
        self._scratch.execute(f"INSERT INTO part_rows {rows}")

    def _number_repeated(self, *, last: bool) -> None:
        """Tell equal rows apart by the number of those before; of equal rows with a uuid one stays."""
        keep_keys = not last
        if keep_keys:
            self._scratch.execute(
                "CREATE OR REPLACE TEMP TABLE part_keys AS SELECT key FROM part_rows WHERE problem IS NULL"
            )
        self._scratch.execute(REPEATED)
        if self._scratch.execute("SELECT count(*) FROM repeated").fetchall()[0][0]:
            self._scratch.execute(NUMBERED)
        if keep_keys:
            self._scratch.execute("INSERT INTO seen SELECT key FROM part_keys")
