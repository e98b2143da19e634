"""Matching: calls of one campaign to one address, and the events that prove them, one to one.

An event fits a call if it was captured from the call's begin on, within its window. As many known e-mails as
possible get an event, then as many unknown ones, each the nearest in time. Example: an unknown e-mail of
10:00, a known one of 10:02 and a SENT of 10:02:05 alone: it is the known one's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.evidence.email_event import EmailEvent

CLOCK_SKEW = 300.0  # seconds that Responsys' clock may be behind ours
MOST_CELLS = 250_000  # pairs of a call and an event that are weighed against each other

Worth = tuple[int, int, float]  # known calls with an event, unknown ones, less the seconds between


@dataclass(frozen=True, slots=True)
class EmailSending:
    """One call; ``letter``: the dead letter that waits for its outcome."""

    began: float  # seconds since the epoch
    until: float
    letter: str | None = None
    is_known: bool = False  # an answer told that it is out

    def fits(self, event: EmailEvent) -> bool:
        """Tell whether an event may be this call's."""
        return self.began - CLOCK_SKEW <= event.at <= self.until


def match(calls: Sequence[EmailSending], events: Sequence[EmailEvent]) -> dict[EmailSending, EmailEvent]:
    """Return the event of each call that has one; ``calls`` and ``events`` are in the order of time."""
    if len(calls) * len(events) > MOST_CELLS:
        return in_turn(calls, events)
    worth = worth_table(calls, events)
    found, n, m = {}, len(calls), len(events)
    while n and m:
        if worth[n][m] == worth[n - 1][m]:
            n -= 1
        elif worth[n][m] == worth[n][m - 1]:
            m -= 1
        else:
            n, m = n - 1, m - 1
            found[calls[n]] = events[m]
    return found


def worth_table(calls: Sequence[EmailSending], events: Sequence[EmailEvent]) -> list[list[Worth]]:
    """Return the best worth for the first n calls and m events.

    All windows of a campaign are of one length, so two pairs need never cross.
    """
    worth: list[list[Worth]] = [[(0, 0, 0.0)] * (len(events) + 1)]
    for call in calls:
        above, row = worth[-1], [worth[-1][0]]
        for m, event in enumerate(events):
            best = max(above[m + 1], row[m])
            if call.fits(event):
                known, unknown, seconds = above[m]
                distance = seconds - abs(event.at - call.began)
                best = max(best, (known + call.is_known, unknown + (not call.is_known), distance))
            row.append(best)
        worth.append(row)
    return worth


def in_turn(calls: Sequence[EmailSending], events: Sequence[EmailEvent]) -> dict[EmailSending, EmailEvent]:
    """Give each known call, then each unknown one, the first event that fits and is left."""
    found: dict[EmailSending, EmailEvent] = {}
    left = list(events)
    for is_known in (True, False):
        unused, at = [], 0
        for call in (call for call in calls if call.is_known is is_known):
            while at < len(left) and left[at].at < call.began - CLOCK_SKEW:
                unused.append(left[at])
                at += 1
            if at < len(left) and call.fits(left[at]):
                found[call] = left[at]
                at += 1
        left = unused + left[at:]
    return found
