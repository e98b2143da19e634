"""Changes: the records that applying a configuration creates, updates and removes."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.records.documents import Document


@dataclass(frozen=True)
class Change:
    """The names of one section by their change; false if there is none."""

    created: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.created or self.updated or self.removed)


@dataclass(frozen=True)
class Changes:
    """The changes of all sections; false if there are none."""

    connectors: Change = Change()
    destinations: Change = Change()
    sources: Change = Change()
    mappings: Change = Change()
    rules: Change = Change()
    pairs: Change = Change()
    consents: Change = Change()
    files: Change = Change()
    imports: Change = Change()
    profile_fields: Change = Change()
    channels: Change = Change()
    alerts: Change = Change()

    def __bool__(self) -> bool:
        return any(vars(self).values())


def compare(stored: Mapping[str, Document], wanted: Mapping[str, Document], *, prune: bool) -> Change:
    """Return the change from ``stored`` to ``wanted``; records that are only stored stay unless ``prune``."""
    both = sorted(wanted.keys() & stored.keys())
    return Change(
        created=tuple(sorted(wanted.keys() - stored.keys())),
        updated=tuple(name for name in both if stored[name] != wanted[name]),
        unchanged=tuple(name for name in both if stored[name] == wanted[name]),
        removed=tuple(sorted(stored.keys() - wanted.keys())) if prune else (),
    )
