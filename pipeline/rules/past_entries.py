"""Past entries of people, as checks 5, 6 and 8 count them; those of a page under way included."""

import math
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


class Heeded(NamedTuple):
    """Past entries that checks look at: of which rules, how many seconds old; None: of all, of any time."""

    rules: frozenset[str] | None
    seconds: float | None

    def __bool__(self) -> bool:
        return self.rules is None or bool(self.rules)


def heeded_by(asking: Iterable[Rule], rules: Mapping[str, Rule]) -> Heeded:
    """Return the past entries that decide when some rules ask."""
    names: set[str] = set()
    spans: list[float] = [0]
    of_all = False
    for rule in asking:
        others = [other for other in rules.values() if other.active_for and bars(other, rule)]
        again = math.inf if rule.again_after is None else rule.again_after
        per = rule.most.per if rule.most else 0
        of_all = of_all or bool(rule.most and rule.most.over_all)
        spans += [again, per, *(other.active_for for other in others)]
        names |= {other.name for other in others} | ({rule.name} if again or per else set())
    longest = max(spans)
    return Heeded(None if of_all else frozenset(names), None if math.isinf(longest) else longest)


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
