"""What a section found out."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """One number, with what it is and what is worth knowing about it."""

    what: str
    value: float
    unit: str
    note: str = ""
    aim: str = ""  # what it should be, such as "≥ 30"; "" when there is no such thing
    cpu: dict[str, float] = field(default_factory=dict)  # milliseconds per 1,000 rows, by process


def percentile(values: list[float], share: float) -> float:
    """Return the value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def number(value: float) -> str:
    """Write a number as precisely as it is worth."""
    if abs(value) < 1:
        return f"{value:.2f}"
    return f"{value:,.1f}" if abs(value) < 100 else f"{value:,.0f}"
