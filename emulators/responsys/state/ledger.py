"""What the emulator did, counted, and what it was asked that nobody should ask.

One entry per call that was processed, whether or not its answer arrived. Bodies are kept as they came, for
they are smaller than anything made from them; a million recipients take about 300 MB.
"""

from array import array
from collections import Counter, defaultdict, deque
from typing import Any

import msgspec

MOST_VIOLATIONS = 10_000  # kept with their reason; all are counted


class Entry(msgspec.Struct, frozen=True):
    """One processed call."""

    time: float  # seconds since the epoch
    account: str
    function: str
    target: str  # the event, list, ...
    recipients: int
    lost: str | None  # the fault that kept the answer from arriving whole
    body: bytes
    riids: array  # type: ignore[type-arg]  # by position, -1 where rejected
    rejected: dict[int, str]  # position: errorMessage


class Violation(msgspec.Struct, frozen=True):
    """Something the client should have known better."""

    time: float
    account: str | None
    function: str | None
    reason: str


class Ledger:
    """Everything remembered since the last reset."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Remember nothing."""
        self.entries: list[Entry] = []
        self.outcomes: Counter[tuple[str | None, str | None, str]] = Counter()
        self.accepted = 0
        self.rejected: Counter[str] = Counter()  # by code
        self.fill: Counter[int] = Counter()  # recipients in a call: calls
        self.fill_of: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        self.rejected_of: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self.violations: deque[Violation] = deque(maxlen=MOST_VIOLATIONS)
        self.violation_count = 0

    def record(self, entry: Entry) -> None:
        """Remember a processed call."""
        self.entries.append(entry)
        if entry.recipients:
            self.fill[entry.recipients] += 1
            self.fill_of[entry.account, entry.function][entry.recipients] += 1
        self.accepted += entry.recipients - len(entry.rejected)
        for message in entry.rejected.values():
            code = message.partition(":")[0]
            self.rejected[code] += 1
            self.rejected_of[entry.account, entry.function][code] += 1

    def count(self, account: str | None, function: str | None, outcome: str) -> None:
        """Count a request by what became of it: "answered", an errorCode or a fault."""
        self.outcomes[account, function, outcome] += 1

    def violation(self, time: float, account: str | None, function: str | None, reason: str) -> None:
        """Remember what was refused for being wrong."""
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
            "fill": by_size(self.fill),
            "records": [self.records(*function) for function in self.fill_of],
            "violations": self.violation_count,
        }

    def records(self, account: str, function: str) -> dict[str, Any]:
        """Return the counts of one function."""
        fill, rejected = self.fill_of[account, function], self.rejected_of[account, function]
        total = sum(size * calls for size, calls in fill.items())
        return {
            "account": account,
            "function": function,
            "accepted": total - rejected.total(),
            "rejected": dict(rejected),
            "fill": by_size(fill),
        }


def by_size(fill: Counter[int]) -> dict[str, int]:
    """Show how many calls carried how many records."""
    return {str(size): calls for size, calls in sorted(fill.items())}
