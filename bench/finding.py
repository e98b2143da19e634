"""What a section found out."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One number, with what it is and what is worth knowing about it."""

    what: str
    value: float
    unit: str
    note: str = ""


def percentile(values: list[float], share: float) -> float:
    """Return the value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
