"""Looks at an account: their errors become findings, and a wrong name gets a proposal."""

from collections.abc import Callable, Collection, Iterable, Iterator
from difflib import get_close_matches

from pipeline.errors import CallError
from pipeline.model.finding import Finding


def guarded(check: str, look: Callable[[], Iterable[Finding]], thing: str = "") -> Iterator[Finding]:
    """Yield the findings of a look for ``thing``; an error of it is one too."""
    try:
        yield from look()
    except CallError as error:
        yield Finding(check, False, f"{thing or check}: {error}")


def likely(name: str, names: Collection[str], closeness: float = 0.6) -> str:
    """Offer the name that was perhaps meant; ``closeness``: from 0 to 1, as difflib measures it."""
    lower = {each.lower(): each for each in names}
    close = get_close_matches(name.lower(), lower, n=1, cutoff=closeness)
    return f'; did you mean "{lower[close[0]]}"?' if close else ""
