"""Consent: whether a row opts a person in or out, or does neither.

A variable may say ``I``, ``in``, ``optin``, ``opt-in``, ``true``, ``yes``, ``y`` or ``1`` for the one, and
``O``, ``out``, ``optout``, ``opt-out``, ``false``, ``no``, ``n`` or ``0`` for the other, in any case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.model.activation import Activation
from pipeline.responsys import mapped
from pipeline.responsys.merge_rule import OPTED_IN, OPTED_OUT

LETTERS = {
    **dict.fromkeys(("i", "in", "optin", "opt-in", "true", "yes", "y", "1"), OPTED_IN),
    **dict.fromkeys(("o", "out", "optout", "opt-out", "false", "no", "n", "0"), OPTED_OUT),
}
STATUSES = ("optin", "optout")
UNCHANGED = "unchanged"
CONSENT = "consent"  # the variable of activations that consents send


@dataclass(frozen=True)
class Permission:
    """The column of the status, and how it is decided."""

    column: str
    decision: str  # "unchanged", "optin", "optout", or an identifier or variable

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Permission":
        """Read the options of a destination."""
        return cls(f"{options['permission_channel'].upper()}_PERMISSION_STATUS_", options["permission"])

    @property
    def source(self) -> str | None:
        """The identifier or variable that decides; None: the configuration decides for all rows."""
        return None if self.decision in (UNCHANGED, *STATUSES) else self.decision

    @property
    def is_consent(self) -> bool:
        """Whether consents decide."""
        return self.decision == CONSENT

    def carried(self, row: Activation) -> bool:
        """Tell whether the row is sent with a status; an empty value says nothing."""
        return self.decision in STATUSES or bool(self._said(row))

    def letter(self, row: Activation) -> str | None:
        """Return the status; None when it cannot be told."""
        return LETTERS.get(self._said(row) if self.source else self.decision)

    def problem(self, row: Activation) -> str | None:
        """Say why a row with a status cannot be sent."""
        if self.carried(row) and self.letter(row) is None:
            return f'"{self.decision}" says neither that somebody opts in nor out'
        return None

    def _said(self, row: Activation) -> str:
        return (mapped.text(row, self.source) or "").strip().lower() if self.source else ""
