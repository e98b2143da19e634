"""Accounts of the demo: the rows given, their outcome in the stores, and Responsys' own numbers."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.demo.responsys import EXPIRY, FUNCTION, THROTTLING, EmulatedAccount, Responsys
from pipeline.operate.summary import DestinationNumbers, read_summary
from pipeline.produce.report import Report
from pipeline.runtime.stores import Stores


@dataclass(frozen=True)
class Books:
    """All numbers, at the end."""

    given: int  # rows of the sample
    accepted: int
    refused: int  # at the door
    line: DestinationNumbers  # our stores
    account: EmulatedAccount  # the emulator
    partial: bool  # whether a batch left on its age

    def problems(self) -> Iterator[str]:
        """Return the sums that do not add up, and the promised scenes that did not happen."""
        line = self.line
        rejected = sum(line.rejected.values())
        for text, left, right in (
            ("given = accepted + refused", self.given, self.accepted + self.refused),
            ("accepted = received", self.accepted, line.received),
            (
                "received = sent + unchanged + removed + coalesced + repeated + rejected + waiting",
                line.received,
                line.sent
                + line.unchanged
                + line.removed
                + line.coalesced
                + line.repeated
                + rejected
                + line.waiting,
            ),
            ("rejected = open dead letters", rejected, line.dead_letters),
            ("sent + removed = what Responsys took", line.sent + line.removed, self.account.taken),
            (
                "batches = calls that Responsys answered",
                line.batches,
                self.account.calls[FUNCTION, "answered"],
            ),
            ("requests that nobody should make", self.account.violations, 0),
        ):
            if left != right:
                yield f"{text}: {left:,} and {right:,}"
        yield from (
            f"{trouble} did not come" for trouble in (THROTTLING, EXPIRY) if not self.account.met(trouble)
        )
        if not self.partial:
            yield "no batch left on its age"


def close_books(stores: Stores, responsys: Responsys, given: int, report: Report, *, partial: bool) -> Books:
    """Read all numbers."""
    numbers = read_summary(stores.redis, stores.engine, stores.records.load(), days=1)
    return Books(given, report.accepted, report.refused, numbers.total, responsys.account(), partial)
