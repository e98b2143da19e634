"""Notes: guesses about a file, and lines of it that were passed over."""

from dataclasses import dataclass, field

OVERRULE = "--delimiter, --encoding and --columns overrule"
NAME_ENCODING = "name its encoding, such as --encoding windows-1252"


@dataclass
class Notes:
    """Sentences that a person should see, besides the rows."""

    guesses: list[str] = field(default_factory=list)
    repeated_headers: int = 0
    first_repeated: int = 0  # the number of that line
    not_utf_8: bool = False  # whether lines are not, although no other encoding was given
    ids_unknown: str = ""  # why ids of earlier files were not looked up

    def guess(self, text: str) -> None:
        """Note a guess, as the rest of "The file is read ..."."""
        self.guesses.append(text)

    def repeat_header(self, line: int) -> None:
        """Note that a line repeats the header."""
        self.repeated_headers += 1
        self.first_repeated = self.first_repeated or line

    def not_looked_up(self, why: str) -> None:
        """Note why ids of earlier files were not looked up; "" if they were."""
        self.ids_unknown = why

    def sentences(self) -> list[str]:
        """Return one line on all guesses, and one on lines passed over."""
        found = []
        if self.guesses:
            found.append(f"The file is read {', '.join(self.guesses)} ({OVERRULE}).")
        if self.repeated_headers:
            times = f"{self.repeated_headers:,} line{'s repeat' if self.repeated_headers > 1 else ' repeats'}"
            found.append(f"{times} the header, from line {self.first_repeated:,} on, and became no row.")
        if self.not_utf_8:
            found.append(f"The file is not UTF-8: {NAME_ENCODING}.")
        if self.ids_unknown:
            found.append(f"Ids of earlier files were not looked up: {self.ids_unknown}")
        return found
