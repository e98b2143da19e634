"""Rows of a part, in DuckDB: from lines to events, before the store is asked.

Tables of DuckDB::

    part_lines   rn, line                  the physical lines, unless the part is straight
    part_rows    rn, problem, key, ...     one row for each record; a problem: it goes to the quarantine
    seen         key                       keys of the parts before, if a file has several
"""

from typing import TYPE_CHECKING

import msgspec

from pipeline.event_files.cells import OddRecords, cleaning_of, list_cells, read_lines, split_cells
from pipeline.event_files.event_header import EventHeader
from pipeline.event_files.file_parts import FilePart
from pipeline.event_files.plain_file import PlainFile
from pipeline.event_files.row_cells import ALL, PLAIN, Cleaning, RowCells
from pipeline.event_files.row_values import RowValues, signed_sql
from pipeline.event_files.straight import is_straight, read_straight, shape_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BAD_ROWS = "SELECT count(*) FROM part_rows WHERE problem > 0"
ODD = """
    SELECT rn, line FROM part_lines JOIN part_rows USING (rn)
    WHERE problem = 1 AND contains(line, '"') AND NOT starts_with(line, chr(2)) ORDER BY rn
"""
EQUAL_ROWS = "SELECT count(*) > count(DISTINCT key) FROM part_rows WHERE problem IS NULL"
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
    UPDATE part_rows SET key = {signed_sql("md5_number_lower(repeated.key || '#' || repeated.n)")}
        FROM repeated WHERE part_rows.rn = repeated.rn AND NOT repeated.single;
"""


class PartRows:
    """The rows of one file, part by part."""

    def __init__(
        self, scratch: "DuckDBPyConnection", file: PlainFile, header: EventHeader, *, is_clean: bool
    ) -> None:
        self._scratch = scratch
        self._delimiter = file.settings.delimiter
        self._width = len(header.names)
        self._skip = header.lines
        self._may_be_straight = is_clean
        self.is_straight = False
        self.values = RowValues(file, header)
        self.forget()

    def forget(self) -> None:
        """Begin the file anew."""
        self._has_seen = False

    def read(self, part: FilePart) -> int:
        """Fill the tables with a part, and return the number of its records."""
        if not self._read_straight(part):
            self._read_lines(part)
        self._number_repeated(part)
        return int(self._scratch.execute("SELECT count(*) FROM part_rows").fetchall()[0][0])

    def has_bad_lines(self, part: FilePart) -> bool:
        """Tell whether a record of the part has a problem; if so, its line is in ``part_lines``."""
        bad = bool(self._scratch.execute(BAD_ROWS).fetchall()[0][0])
        if bad and self.is_straight:
            read_lines(self._scratch, part, self._skip)
        return bad

    def _read_straight(self, part: FilePart) -> bool:
        """Read a part as DuckDB reads; False if that may be wrong."""
        self.is_straight = False
        if not self._may_be_straight:
            return False
        shape = shape_of(part.path, max(0, self._skip - part.lines_before))
        if not shape.can_be_straight(self._delimiter, self._width):
            return False
        cells = read_straight(
            part, self._delimiter, self._width, self._skip, may_be_spaced=shape.may_be_spaced
        )
        self.is_straight = self._fill_straight(cells) and is_straight(self._scratch, shape, self._width)
        return self.is_straight

    def _fill_straight(self, cells: RowCells) -> bool:
        """Fill the table; False if DuckDB refuses a line."""
        from duckdb import InvalidInputException  # 40 MiB, which only a landing needs

        try:
            self._fill(cells, PLAIN)
        except InvalidInputException:
            return False
        return True

    def _read_lines(self, part: FilePart) -> None:
        """Read a part line by line."""
        read_lines(self._scratch, part, self._skip)
        self._fill(split_cells(self._delimiter, self._width), cleaning_of(self._scratch, self._delimiter))
        self._read_odd_records()

    def _fill(self, cells: RowCells, cleaning: Cleaning) -> None:
        self._scratch.execute(f"CREATE OR REPLACE TEMP TABLE part_rows AS {self.values.of(cells, cleaning)}")

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
        rows = self.values.of(list_cells("SELECT rn, p FROM odd_cells", self._width), ALL)
        self._scratch.execute(f"INSERT INTO part_rows {rows}")

    def _number_repeated(self, part: FilePart) -> None:
        """Tell equal rows apart by the number of those before; of equal rows with a uuid one stays."""
        is_whole = part.last and not part.lines_before
        if is_whole and not self._scratch.execute(EQUAL_ROWS).fetchall()[0][0]:
            return
        if not self._has_seen:
            self._scratch.execute("CREATE OR REPLACE TEMP TABLE seen (key BIGINT)")
            self._has_seen = True
        keep_keys = not part.last
        if keep_keys:
            self._scratch.execute(
                "CREATE OR REPLACE TEMP TABLE part_keys AS SELECT key FROM part_rows WHERE problem IS NULL"
            )
        self._scratch.execute(REPEATED)
        if self._scratch.execute("SELECT count(*) FROM repeated").fetchall()[0][0]:
            self._scratch.execute(NUMBERED)
        if keep_keys:
            self._scratch.execute("INSERT INTO seen SELECT key FROM part_keys")
