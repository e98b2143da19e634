"""Askings of rules with scores: each person once, with the sum of points, unless the answer is known.

A person who reached the sum, entered, and is kept out by ``again_after`` may have events in every page. The
first of them is kept as an entry with its evidence; those that follow are counted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from pipeline.model.rule import Rule
from pipeline.rules.askings import Asking
from pipeline.rules.decide import AGAIN, CONDITION
from pipeline.rules.entry_store import kept_out, waiting_people
from pipeline.rules.fact_finder import FactFinder
from pipeline.rules.scores import with_scores

SCORE = "score"
Counts = Counter[tuple[str, str, int | None]]  # by rule, state and check


@dataclass(frozen=True)
class ScoreAskings:
    """Sifts the askings of one source; those of rules without a score stay as they are."""

    source: str
    rules: Mapping[str, Rule]  # those with a score
    finder: FactFinder
    counts: Counts

    def sift(self, connection: Connection, asked: Sequence[Asking], now: datetime) -> list[Asking]:
        """Return the keys with enough points, without people that have a waiting entry by a score."""
        if not self.rules:
            return list(asked)
        told = self._told(connection, asked, now)
        self.counts.update((rule, "left_out", AGAIN) for rule, _ in told)
        rest = [one for one in asked if (one.rule.name, one.record.person) not in told] if told else asked
        kept, short = with_scores(connection, self.source, rest, now)
        self.counts.update((one.rule.name, "left_out", CONDITION) for one in short)
        lacking = {one.record.person or 0 for one in kept if one.rule.score and self.finder.lacks_record(one)}
        waiting = waiting_people(connection, lacking) if lacking else set()
        return [
            one for one in kept if not one.rule.score or (one.rule.name, one.record.person) not in waiting
        ]

    def sift_due(self, connection: Connection, asked: Sequence[Asking], now: datetime) -> list[Asking]:
        """Return keys that were put off, with their points; ``SCORE`` is unmet if there are too few."""
        kept, short = with_scores(connection, self.source, asked, now)
        return [*kept, *(one._replace(unmet=(*one.unmet, SCORE)) for one in short)]

    def _told(
        self, connection: Connection, asked: Iterable[Asking], now: datetime
    ) -> set[tuple[str, int | None]]:
        """Return rules and people that check 6 keeps out, with an entry since the last entering."""
        found: set[tuple[str, int | None]] = set()
        for rule in self.rules.values():
            if rule.again_after == 0 or rule.group or self.finder.outside.stopped(rule):
                continue  # no check before the sixth may put the person off
            own = (one for one in asked if one.rule is rule and not one.unmet)
            people = {one.record.person for one in own if not self.finder.lacks_record(one)}
            known = kept_out(connection, rule, {person for person in people if person is not None}, now)
            found.update((rule.name, person) for person in known)
        return found
