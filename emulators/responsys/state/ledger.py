"""The ledger: processed calls, counts of all calls, and violations.

One entry per call that was processed, whether or not its answer arrived. Bodies are kept as they came, for
they are smaller than anything made from them; a million recipients take about 300 MB.
"""

from array import array
from collections import Counter, defaultdict, deque
from typing import Any

import msgspec

MOST_VIOLATIONS = 10_000  # kept with their reason; all are counted


class LedgerEntry(msgspec.Struct, frozen=True):
    """One processed call."""

    time: float  # of its processing; seconds since the epoch
    arrived: float  # likewise
    account: str
    function: str
    target: str  # the event, list, ...
    recipients: int
    answer_fault: str | None  # the fault that kept the answer from arriving whole
    body: bytes
    riids: array  # type: ignore[type-arg]  # by position, -1 where rejected
    rejected: dict[int, str]  # position: errorMessage


class Violation(msgspec.Struct, frozen=True):
    """A broken rule that the client should have known."""

    time: float
    account: str | None
    function: str | None
    reason: str


class Ledger:
    """The record of all calls since the last reset."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all entries, counts and violations."""
        self.entries: list[LedgerEntry] = []
        self.outcomes: Counter[tuple[str | None, str | None, str]] = Counter()
        self.accepted = 0
        self.rejected: Counter[str] = Counter()  # by code
        self.fill: Counter[int] = Counter()  # recipients in a call: calls
        self.fill_by_function: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        self.rejected_by_function: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self.violations: deque[Violation] = deque(maxlen=MOST_VIOLATIONS)
        self.violation_count = 0

    def add_entry(self, entry: LedgerEntry) -> None:
        """Add a processed call."""
        self.entries.append(entry)
        if entry.recipients:
            self.fill[entry.recipients] += 1
            self.fill_by_function[entry.account, entry.function][entry.recipients] += 1
        self.accepted += entry.recipients - len(entry.rejected)
        for message in entry.rejected.values():
            code = message.partition(":")[0]
            self.rejected[code] += 1
            self.rejected_by_function[entry.account, entry.function][code] += 1

    def count_call(self, account: str | None, function: str | None, outcome: str) -> None:
        """Count a call by its outcome: "answered", an errorCode or a fault."""
        self.outcomes[account, function, outcome] += 1

    def add_violation(self, time: float, account: str | None, function: str | None, reason: str) -> None:
        """Add a violation."""
        self.violation_count += 1
        self.violations.append(Violation(time, account, function, reason))

    def summary(self) -> dict[str, Any]:
        """Return all counts."""
        return {
            "calls": [
                {"account": account, "function": function, "outcome": outcome, "calls": calls}
                for (account, function, outcome), calls in self.outcomes.items()
            ],
            "recipients": {"accepted": self.accepted, "rejected": dict(self.rejected)},
            "fill": calls_by_size(self.fill),
            "records": [self.function_counts(*function) for function in self.fill_by_function],
            "violations": self.violation_count,
        }

    def function_counts(self, account: str, function: str) -> dict[str, Any]:
        """Return the counts of one function."""
        fill = self.fill_by_function[account, function]
        rejected = self.rejected_by_function[account, function]
        total = sum(size * calls for size, calls in fill.items())
        return {
            "account": account,
            "function": function,
            "accepted": total - rejected.total(),
            "rejected": dict(rejected),
            "fill": calls_by_size(fill),
        }


def calls_by_size(fill: Counter[int]) -> dict[str, int]:
    """Return the number of calls by the number of their records."""
    return {str(size): calls for size, calls in sorted(fill.items())}
