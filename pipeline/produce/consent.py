"""Consent: a column with the status words of a mail service, as "optin" and "optout"."""

from collections.abc import Iterable

from pipeline.model.file_profile import FileProfile

OPTIN, OPTOUT = "optin", "optout"


class Consent:
    """The words of one column."""

    def __init__(self, index: int, optin: Iterable[str], optout: Iterable[str]) -> None:
        self.index = index
        self._words = {word.casefold(): OPTIN for word in optin} | {
            word.casefold(): OPTOUT for word in optout
        }

    @classmethod
    def of(cls, profile: FileProfile, index: int) -> "Consent":
        """Return the consent that a profile describes, in this column."""
        return cls(index, profile.optin, profile.optout)

    def problem(self, cells: list[str]) -> str | None:
        """Say that a word is not known, without the word."""
        word = cells[self.index].strip()
        if not word or word.casefold() in self._words:
            return None
        return f"Column {self.index + 1} has no word for consent that is known: {', '.join(self._words)}."

    def replace(self, cells: list[str]) -> None:
        """Put the meaning of the word in its place."""
        word = cells[self.index].strip()
        cells[self.index] = self._words[word.casefold()] if word else ""
