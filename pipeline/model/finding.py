"""A finding of ``activation check``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Whether one thing in an account is as it should be, and a sentence about it."""

    check: str  # the thing: "login", "list", "column", "event", "table", "limits" …
    ok: bool
    text: str
