"""Header: how a row of cells becomes an activation."""

from typing import Any

from pipeline.model.file_profile import FileProfile
from pipeline.model.plain import trimmed
from pipeline.produce.columns import PROFILE, cleaned
from pipeline.produce.consent import Consent
from pipeline.produce.layout import ACTIVATION, VARIABLE, Target, layout_of, part_of, position
from pipeline.produce.notes import Notes

Cells = dict[str, Any]
Parts = tuple[Cells, Cells, Cells, Cells]


class Header:
    """The columns of one table."""

    def __init__(
        self, cells: list[str], profile: FileProfile, notes: Notes, separator: str | None = None
    ) -> None:
        names = self._names = [cleaned(cell) for cell in cells]
        self._notes = notes
        self._width = len(cells)
        self._targets = layout_of(names, profile, notes, separator)
        self._profile = self._targets.index(Target(ACTIVATION, PROFILE))
        self._cell = names[self._profile]
        self._unnamed = [index for index, name in enumerate(names) if not name]
        self._null = frozenset(profile.null)
        self._consent = Consent.of(profile, position(profile.consent, names)) if profile.consent else None
        self._constants = constants_of(profile, self._targets)
        self._nowhere: dict[str, Any] = {}  # cells that are left out

    def problem(self, cells: list[str]) -> str | None:
        """Return the problem of a row's cells, if any; empty cells beyond the header are cut off."""
        if len(cells) != self._width and not self._fitting(cells):
            return f"The header has {self._width} columns, and this row {len(cells)}."
        for index in self._unnamed:
            if cells and cells[index].strip():
                return f"Column {index + 1} has no name in the header, and this row has a value in it."
        return self._consent.problem(cells) if self._consent and cells else None

    def _fitting(self, cells: list[str]) -> bool:
        """Clear a row in which every cell is empty, and cut off empty cells beyond the header."""
        if not any(map(trimmed, map(without_end_of_file, cells))):
            cells.clear()
        elif not any(map(trimmed, cells[self._width :])):
            del cells[self._width :]
        return len(cells) in (0, self._width)

    def row(self, cells: list[str], line: int) -> dict[str, Any] | None:
        """Return the fields of an activation; None for an empty row and one that repeats the header."""
        if not cells or (not cells[self._profile].strip() and not any(map(trimmed, cells))):
            return None
        if cells[self._profile].endswith(self._cell) and [cleaned(cell) for cell in cells] == self._names:
            self._notes.repeat_header(line)
            return None
        if self._consent:
            self._consent.replace(cells)
        of_row, of_identifiers, of_variables = self._constants
        identifiers, variables = {**of_identifiers}, {**of_variables}
        row: Cells = {**of_row, "identifiers": identifiers, "variables": variables}
        parts = (row, identifiers, variables, self._nowhere)
        for (part, name), cell in zip(self._targets, cells, strict=True):
            if cell:
                parts[part][name] = cell
        if self._null and not self._null.isdisjoint(cells):
            self._set_null(parts, cells)
        return row

    def _set_null(self, parts: Parts, cells: list[str]) -> None:
        """Make variables with a word for null null, and leave out other cells with one."""
        for (part, name), cell in zip(self._targets, cells, strict=True):
            if cell in self._null and part == VARIABLE:
                parts[part][name] = None
            elif cell in self._null:
                parts[part].pop(name, None)


def without_end_of_file(cell: str) -> str:
    """Return a cell without the Ctrl-Z that old programs end a file with."""
    return cell.rstrip("\x1a")


def constants_of(profile: FileProfile, targets: list[Target]) -> tuple[Cells, Cells, Cells]:
    """Return the values that every row gets, by part of an activation; without a column call_type, ADD."""
    found: tuple[Cells, Cells, Cells] = ({}, {}, {})
    if Target(ACTIVATION, "call_type") not in targets:
        found[ACTIVATION]["call_type"] = "ADD"
    for name, value in profile.constants.items():
        found[part_of(name)][name] = value
    return found
