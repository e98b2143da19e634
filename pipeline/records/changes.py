"""What applying a configuration does to the records."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.records.documents import Document


@dataclass(frozen=True)
class Change:
    """The names of one section, by what becomes of them; false when nothing does."""

    created: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.created or self.updated or self.removed)


@dataclass(frozen=True)
class Changes:
    """What becomes of all sections; false when nothing does."""

    connectors: Change = Change()
    destinations: Change = Change()
    sources: Change = Change()

    def __bool__(self) -> bool:
        return bool(self.connectors or self.destinations or self.sources)


def compare(stored: Mapping[str, Document], wanted: Mapping[str, Document], *, prune: bool) -> Change:
    """Say how to get from ``stored`` to ``wanted``; what is only stored stays unless ``prune``."""
    both = sorted(wanted.keys() & stored.keys())
    return Change(
        created=tuple(sorted(wanted.keys() - stored.keys())),
        updated=tuple(name for name in both if stored[name] != wanted[name]),
        unchanged=tuple(name for name in both if stored[name] == wanted[name]),
        removed=tuple(sorted(stored.keys() - wanted.keys())) if prune else (),
    )
