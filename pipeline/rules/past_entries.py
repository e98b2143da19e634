"""Past entries of people, as checks 5, 6 and 8 count them; those of a page under way included."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from pipeline.model.rule import Rule

COUNTING = ("entered", "sent", "unknown")  # states; refused ones do not count
WATCHED = "watched"  # counts for its own rule, while that watches


class PastEntry(NamedTuple):
    """One entering of a person."""

    rule: str
    at: datetime
    state: str


class PastEntries:
    """Entries by person; ``rules`` tell the groups and spans of other rules."""

    def __init__(self, rules: Mapping[str, Rule], found: Iterable[tuple[int, PastEntry]] = ()) -> None:
        self._rules = rules
        self._by_person: defaultdict[int, list[PastEntry]] = defaultdict(list)
        for person, entry in found:
            self.add(person, entry)

    def add(self, person: int, entry: PastEntry) -> None:
        """Note one more."""
        self._by_person[person].append(entry)

    def busy(self, rule: Rule, person: int, now: datetime) -> tuple[datetime, str] | None:
        """Return the end of the last entry that bars a person at this time, and its rule."""
        ends = (
            (entry.at + timedelta(seconds=other.active_for), other.name)
            for entry in self._counting(rule, person)
            if (other := self._rules.get(entry.rule)) is not None and bars(other, rule)
        )
        return max((one for one in ends if one[0] > now), default=None)

    def last(self, rule: Rule, person: int) -> datetime | None:
        """Return the time of the last entry by a rule."""
        own = (entry.at for entry in self._counting(rule, person) if entry.rule == rule.name)
        return max(own, default=None)

    def full(self, rule: Rule, person: int, now: datetime) -> datetime | None:
        """Return the time from which there are fewer than the most entries; None: there are already."""
        most = rule.most
        if most is None:
            return None
        span = timedelta(seconds=most.per)
        times = sorted(
            entry.at
            for entry in self._counting(rule, person)
            if (most.over_all or entry.rule == rule.name) and entry.at + span > now
        )
        return times[-most.entries] + span if len(times) >= most.entries else None

    def _counting(self, rule: Rule, person: int) -> Iterator[PastEntry]:
        for entry in self._by_person.get(person, ()):
            is_own_look = entry.state == WATCHED and entry.rule == rule.name and rule.watches
            if entry.state in COUNTING or is_own_look:
                yield entry


def bars(other: Rule, rule: Rule) -> bool:
    """Tell whether an entry by a rule keeps people from entering by another one, or by itself."""
    if other.name == rule.name:
        return True
    return bool(rule.group) and other.group == rule.group and other.priority >= rule.priority
