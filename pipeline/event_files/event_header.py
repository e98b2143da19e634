"""The header of a file of events: where its columns are, by name, in any case and order."""

import csv
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.event_files.plain_file import FileFailed

CAPTURED = "EVENT_CAPTURED_DT"
OF_A_PERSON = ("RIID", "EMAIL", "EMAIL_ADDRESS_")
USUAL = frozenset({CAPTURED, "RIID", "EMAIL_ADDRESS_", "EVENT_TYPE_ID", "ACCOUNT_ID", "CAMPAIGN_ID"})
DELIMITERS = ",;|\t"
SHOWN = 200  # characters of a header in a reason


@dataclass(frozen=True)
class EventHeader:
    """The names of all columns in capitals; built-in ones as Responsys calls them."""

    names: tuple[str, ...]
    lines: int  # physical lines, blank ones before it included

    def place(self, name: str) -> int | None:
        """Return the position of a column from 1, as SQL counts; None: the file has none."""
        return self.names.index(name) + 1 if name in self.names else None


def read_header(text: str, delimiter: str, renamed: Mapping[str, str]) -> EventHeader | None:
    """Read the header at the beginning of ``text``; None: there is nothing but blank lines.

    Raises FileFailed for a header that says neither when nor for whom, or has a column twice.
    """
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").split("\n")
    blank = next((at for at, line in enumerate(lines) if line.strip()), None)
    if blank is None:
        return None
    reader = csv.reader(
        (f"{line}\n" for line in lines[blank : blank + 100]), delimiter=delimiter, skipinitialspace=True
    )
    try:
        cells = next(reader)
    except csv.Error as error:
        raise FileFailed(f"its header cannot be read: {error}") from None
    builtin = {account.strip().upper(): name.strip().upper() for name, account in renamed.items()}
    names = [cell.strip().upper() for cell in cells]
    replaced = {builtin[name] for name in names if name in builtin}
    names = [builtin.get(name, f"{name}_" if name in replaced else name) for name in names]
    refuse_unusable(names, delimiter)
    return EventHeader(tuple(names), blank + reader.line_num)


def refuse_unusable(names: list[str], delimiter: str) -> None:
    """Raise FileFailed with the reason for which no row could be read."""
    if CAPTURED not in names:
        raise FileFailed(
            f"its header has no column {CAPTURED}; {columns_text(names)}{likely_delimiter(names, delimiter)}"
        )
    if not set(names) & set(OF_A_PERSON):
        raise FileFailed(f"its header has no column {' or '.join(OF_A_PERSON)}; {columns_text(names)}")
    if twice := sorted(name or '""' for name, times in Counter(names).items() if times > 1):
        raise FileFailed(f"its header has a column twice: {names_text(twice)}")


def columns_text(names: list[str]) -> str:
    """Say which columns there are; a first line that is no header may be about a person."""
    words = {word.strip().strip('"') for name in names for word in re.split(f"[{DELIMITERS}]", name)}
    return f"it has: {names_text(names)}" if words & USUAL else "its first line seems to be no header"


def names_text(names: list[str]) -> str:
    """Write names for a reason."""
    return "".join(letter if letter.isprintable() else " " for letter in ", ".join(names))[:SHOWN]


def likely_delimiter(names: list[str], delimiter: str) -> str:
    """Name the likely delimiter, if it is another."""
    likely = [one for one in DELIMITERS if one != delimiter and any(one in name for name in names)]
    if not likely or len(names) > 1:
        return ""
    return f' (is its delimiter "{"tab" if likely[0] == chr(9) else likely[0]}"?)'
