"""Trouble: a fault or delay, with the way out of it."""

from dataclasses import dataclass

from pipeline.records.stops import Stop


@dataclass(frozen=True)
class Trouble:
    """One thing to know; ``passing``: it ends without a person."""

    text: str
    remedy: str
    passing: bool = False
    stop: Stop | None = None  # that it is about
    of_letters: bool = False  # about open dead letters
    of_conflicts: bool = False  # about open conflicts
    of_wishes: bool = False  # about opt-outs that have not reached a side
    record: tuple[str, str] | None = None  # kind and name of the record to look at: ("import", "acme-events")

    def document(self) -> dict[str, str | bool]:
        """Return it for programs."""
        return {"text": self.text, "way_out": self.remedy, "passing": self.passing}
