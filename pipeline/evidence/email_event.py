"""An event of a file that tells of one e-mail, and the outcome that it proves."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.text.times import rfc3339

SENT, BOUNCE = "SENT", "BOUNCE"
FEEDS = (SENT, BOUNCE, "SKIPPED", "FAIL")
DELIVERED = "delivered"
CODE = re.compile(r"[A-Z][A-Z0-9_]{1,99}")


@dataclass(frozen=True, slots=True)
class EmailEvent:
    """One event; ``key`` names it in every store that has landed its file."""

    key: str
    feed: str
    at: int  # when Responsys captured it; seconds since the epoch
    recipient: str  # SHA-256 of the address that the letter names
    campaign: str  # its id
    file: int
    line: int
    reason: str = ""
    path: str = ""

    @property
    def outcome(self) -> str:
        """DELIVERED, or Responsys' own code: that of the reason, else the word of the feed."""
        if self.feed == SENT:
            return DELIVERED
        return self.reason if CODE.fullmatch(self.reason) else self.feed

    def document(self) -> dict[str, Any]:
        """Return the evidence for people and programs."""
        return {
            "feed": self.feed,
            "captured_at": rfc3339(datetime.fromtimestamp(self.at, UTC)),
            "campaign_id": self.campaign,
            "file": self.file,
            "path": self.path,
            "line": self.line,
            **({"reason": self.reason} if self.reason else {}),
        }


def one_of_each_email(events: Sequence[EmailEvent], first: float) -> list[EmailEvent]:
    """Leave out bounces of e-mails that a SENT tells of, and all that came before ``first``.

    ``events`` are of one recipient and campaign, in the order of their times. A bounce belongs to the latest
    e-mail before it that has none yet.
    """
    found: list[EmailEvent] = []
    unbounced: list[EmailEvent] = []
    for event in events:
        if event.feed == BOUNCE and unbounced:
            unbounced.pop()
            continue
        if event.feed == SENT:
            unbounced.append(event)
        if event.at >= first:
            found.append(event)
    return found
