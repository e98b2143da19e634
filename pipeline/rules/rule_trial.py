"""A trial of a rule: the entries that it would make of records, each at its own time; nothing is stored.

Entries that the rule has made do not count, nor do other rules. Each record counts as new. Of events those
that are not as the rule wants them are only counted.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from pipeline.model.rule import Rule, Score
from pipeline.model.source_record import SourceRecord
from pipeline.rules.askings import Asking, askings
from pipeline.rules.entry_store import RuleEntry
from pipeline.rules.hard_bounces import bounced_people
from pipeline.rules.past_entries import PastEntries
from pipeline.rules.score_askings import SCORE
from pipeline.rules.source_rules import SourceRules

MS = 1000


class RuleTrial:
    """Takes records in the order of their time; those before ``since`` only give points."""

    def __init__(self, rules: SourceRules, rule: Rule, since: datetime) -> None:
        self._rules = rules
        self._rule = rule
        self._since = since
        self._past = PastEntries({rule.name: rule})
        self._points = PointTally(rule.score) if rule.score else None
        self._entries: dict[str, RuleEntry] = {}
        self.unmet = 0  # events

    @property
    def begin(self) -> datetime:
        """The time from which records may count."""
        within = self._rule.score.within if self._rule.score else 0
        return self._since - timedelta(seconds=within)

    @property
    def entries(self) -> list[RuleEntry]:
        """The entries so far."""
        return list(self._entries.values())

    def take(self, connection: Connection, records: Sequence[SourceRecord]) -> None:
        """Decide about records."""
        people = {one.person for one in records if one.person is not None}
        bounced = bounced_people(connection, people) if people else set()
        asked = list(askings([self._rule], records, self._rules.key_of, is_baseline=False))
        self._rules.finder.look_at_wishes(connection, [Asking(*one) for one in asked])
        for _, key, record in asked:
            at = datetime.fromtimestamp(record.stamp / MS, UTC)
            points = self._points.add(record) if self._points else None
            if at >= self._since:
                self._decide(self._asking(key, record, at, points), at, bounced)

    def _asking(self, key: str, record: SourceRecord, at: datetime, points: float | None) -> Asking:
        unmet = self._rules.unmet(self._rule, record, at)
        if points is not None and self._rule.score and points < self._rule.score.reaches:
            unmet = (*unmet, SCORE)
        return Asking(self._rule, key, record, unmet, score=points)

    def _decide(self, asking: Asking, at: datetime, bounced: set[int]) -> None:
        if asking.unmet and not asking.record.in_org:
            self.unmet += 1
            return
        asked = asking.key in self._entries
        facts = self._rules.finder.facts(asking, at, self._past, bounced, None, asked=asked)
        if (entry := self._rules.judge(asking, facts, self._past)) is not None:
            self._entries[asking.key] = entry


class PointTally:
    """The points of people within the time of a score, as events come in the order of their time."""

    def __init__(self, score: Score) -> None:
        self._score = score
        self._events: defaultdict[int | None, deque[tuple[int, float]]] = defaultdict(deque)
        self._sums: defaultdict[int | None, float] = defaultdict(float)

    def add(self, event: SourceRecord) -> float:
        """Count an event, and return the sum of its person's points."""
        person, points = event.person, self._score.points[event.table]
        events = self._events[person]
        events.append((event.stamp, points))
        self._sums[person] += points
        while events[0][0] <= event.stamp - self._score.within * MS:
            self._sums[person] -= events.popleft()[1]
        return self._sums[person]
