"""A file profile: how files of one kind are read, so that it need not be typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

OPTED_IN = ("subscribed", "confirmed", "opted in", "opt in")
OPTED_OUT = ("unsubscribed", "cleaned", "bounced", "complained", "opted out", "opt out")


@dataclass(frozen=True)
class FileProfile:
    """The reading of a table: None and empty mean that the file itself decides."""

    name: str = ""
    format: str | None = None  # "csv" or "jsonl"
    delimiter: str | None = None  # one character
    encoding: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)  # to names of an activation; "" leaves one out
    only_columns: bool = False  # leave out columns that are neither in ``columns`` nor known by name
    constants: Mapping[str, str] = field(default_factory=dict)  # of every row
    null: tuple[str, ...] = ()  # words that stand for null
    consent: str | None = None  # the column with words for "optin" and "optout"
    optin: tuple[str, ...] = OPTED_IN
    optout: tuple[str, ...] = OPTED_OUT
    id_column: str | None = None  # the column with the ids by which repeats are recognised

    @property
    def of_tables_alone(self) -> bool:
        """Whether it says something that has no meaning for JSON Lines."""
        return bool(
            self.columns
            or self.only_columns
            or self.constants
            or self.null
            or self.consent
            or self.id_column
            or self.delimiter
        )
