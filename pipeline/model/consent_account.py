"""A consent account: the sources of wishes for one channel, and the audience that carries them."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class ConsentAccount:
    """The consents of one channel, as configured."""

    name: str  # as ``honour`` of destinations has it
    channel: Literal["email", "sms"]
    sources: tuple[str, ...]
    audience: str
    again: Literal["never", "evidence", "manual"] = "manual"  # the way back in
    mode: Literal["live", "watch"] = "live"
    label: str | None = None
    description: str | None = None

    @property
    def watches(self) -> bool:
        """Whether statements are kept and bar, and nothing is sent."""
        return self.mode == "watch"

    @property
    def told_audience(self) -> str | None:
        """The audience that is told; None while the consents watch."""
        return None if self.watches else self.audience
