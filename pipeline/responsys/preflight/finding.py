"""What one look found."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from pipeline.errors import CallError


@dataclass(frozen=True)
class Finding:
    """Whether something is as it should be, and what it is."""

    check: str  # "login", "list", "column", "event", "campaign", "table", "destination", "api" or "limits"
    ok: bool
    text: str


def guarded(check: str, look: Callable[[], Iterable[Finding]], what: str = "") -> Iterator[Finding]:
    """Turn an error of a look into a finding; ``what`` was looked for."""
    try:
        yield from look()
    except CallError as error:
        yield Finding(check, False, f"{what or check}: {error}")


def likely(name: str, names: Collection[str]) -> str:
    """Offer the name that was perhaps meant."""
    lower = {each.lower(): each for each in names}
    close = get_close_matches(name.lower(), lower, n=1)
    return f'; did you mean "{lower[close[0]]}"?' if close else ""
