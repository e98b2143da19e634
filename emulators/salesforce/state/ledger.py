"""The ledger: processed calls with their rows, counts of all calls, and violations."""

from collections import Counter, deque
from typing import Any

import msgspec

MOST_VIOLATIONS = 10_000  # kept with their reason; all are counted


class LedgerEntry(msgspec.Struct):
    """One processed call."""

    time: float  # seconds since the epoch
    function: str
    target: str  # the object, or the query
    client: str  # of ``Sforce-Call-Options``
    rows: int = 0
    ids: list[str] = []  # of the rows that were written, in order
    rejected: dict[int, str] = {}  # position: code
    answer_fault: str | None = None  # the fault that kept the answer from arriving whole
    body: bytes = b""


class Violation(msgspec.Struct, frozen=True):
    """A broken rule that the client should have known."""

    time: float
    function: str | None
    reason: str


class Ledger:
    """The record of all calls since the last reset."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all entries, counts and violations."""
        self.entries: list[LedgerEntry] = []
        self.outcomes: Counter[tuple[str | None, str]] = Counter()
        self.violations: deque[Violation] = deque(maxlen=MOST_VIOLATIONS)
        self.violation_count = 0

    def count_call(self, function: str | None, outcome: str) -> None:
        """Count a call by its outcome: "answered", an error code or a fault."""
        self.outcomes[function, outcome] += 1

    def add_violation(self, time: float, function: str | None, reason: str) -> None:
        """Add a violation."""
        self.violation_count += 1
        self.violations.append(Violation(time, function, reason))

    def summary(self) -> dict[str, Any]:
        """Return all counts."""
        rejected = Counter(code for entry in self.entries for code in entry.rejected.values())
        written = Counter[str]()
        for entry in self.entries:
            written[entry.function] += len(entry.ids)
        return {
            "calls": [
                {"function": function, "outcome": outcome, "calls": calls}
                for (function, outcome), calls in self.outcomes.items()
            ],
            "rows": {"written": +written, "rejected": rejected},
            "violations": self.violation_count,
        }
