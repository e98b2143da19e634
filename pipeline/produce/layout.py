"""Layout: which part of an activation each column of a table fills."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline.errors import Misconfigured
from pipeline.model.file_profile import FileProfile
from pipeline.produce import columns
from pipeline.produce.columns import FIELDS, PROFILE, cleaned
from pipeline.produce.dialect import DELIMITERS
from pipeline.produce.notes import Notes
from pipeline.text.redaction import masked
from schemas.activation_limits import IDENTIFIERS

NAMES_SHOWN = 40
NO_HEADER = "its first line looks like data, not like the names of columns, so it is not shown"
ACTIVATION, IDENTIFIER, VARIABLE, NOWHERE = range(4)  # the parts


class Target(NamedTuple):
    """The part of an activation that a column fills, and under which name."""

    part: int
    name: str


class NoProfile(Misconfigured):
    """No column is the profile_id; ``options`` would map the columns that there are."""

    def __init__(self, names: Sequence[str], separator: str | None) -> None:
        tried = separator or ", ".join(DELIMITERS.values())
        is_data = any(
            masked(name) != name for name in names
        )  # a file without a header: its first line is a row
        shown = ", ".join(name for name in names[:NAMES_SHOWN] if name)
        found = NO_HEADER if is_data else f"its columns are: {shown}"
        super().__init__(f"the CSV header has no column profile_id (separators tried: {tried}); {found}")
        self.options = [] if is_data else columns.suggested(names)


def layout_of(
    names: Sequence[str], profile: FileProfile, notes: Notes, separator: str | None = None
) -> list[Target]:
    """Return the target of each column.

    Raises Misconfigured when the columns and the profile do not fit, and NoProfile without a profile_id.
    """
    mapping = {cleaned(name): target for name, target in profile.columns.items()}
    wanted = [*mapping, *map(cleaned, filter(None, (profile.consent, profile.id_column)))]
    if missing := columns.unmatched(wanted, names):
        raise Misconfigured("\n".join(columns.no_column(name, names) for name in missing))
    become = columns.become(names, mapping)
    if PROFILE not in become:
        raise NoProfile(names, separator)
    refuse_unnamed(names)
    refuse_twice(names, become, profile)
    tell_taken(names, become, mapping, notes)
    targets = [Target(part_of(name), name) for name in become]
    if profile.only_columns:
        kept = {columns.matching(name, names) for name in wanted}
        targets = [
            target if name in kept or target.part < VARIABLE else Target(NOWHERE, "")
            for name, target in zip(names, targets, strict=True)
        ]
    if profile.id_column:
        index = position(profile.id_column, names)
        if become[index] == PROFILE:
            raise Misconfigured(f'"{profile.id_column}" is the profile_id: another column must hold the ids')
        targets[index] = Target(ACTIVATION, "id")
    return targets


def position(name: str, names: Sequence[str]) -> int:
    """Return the index of a column that is there."""
    return names.index(str(columns.matching(cleaned(name), names)))


def part_of(name: str) -> int:
    """Tell which part of an activation a name belongs to."""
    if not name:
        return NOWHERE
    return ACTIVATION if name in FIELDS else IDENTIFIER if name in IDENTIFIERS else VARIABLE


def refuse_unnamed(names: Sequence[str]) -> None:
    """Raise Misconfigured when a column without a name stands before one that has a name."""
    last = max(index for index, name in enumerate(names) if name)
    if "" in names[:last]:
        raise Misconfigured(f"column {names.index('') + 1} of the CSV header has no name")


def refuse_twice(names: Sequence[str], become: Sequence[str], profile: FileProfile) -> None:
    """Raise Misconfigured when two columns, or a column and a constant, would fill the same."""
    if repeated := columns.twice(names):
        raise Misconfigured(f"the CSV header has columns more than once: {', '.join(repeated)}")
    if repeated := columns.twice([*become, *profile.constants]):
        raise Misconfigured(f"more than one column or constant is {', '.join(repeated)}")


def tell_taken(names: Sequence[str], become: Sequence[str], mapping: Mapping[str, str], notes: Notes) -> None:
    """Note the columns that are taken for a name in other letters."""
    mapped = {columns.matching(name, names) for name in mapping}
    for name, target in zip(names, become, strict=True):
        if target != name and name not in mapped:
            notes.guess(f'with "{masked(name)}" as {target}')
