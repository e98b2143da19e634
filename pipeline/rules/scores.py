"""Scores: the points of people's events within a time, summed in one statement for the people of a page."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from pipeline.model.rule import Rule, Score
from pipeline.people.record_rows import run_query
from pipeline.rules.askings import Asking

AHEAD = 86_400  # seconds that a clock of Responsys may be ahead of ours
SUMS = (
    "SELECT {columns} FROM {ids} AS j{alias} {first} JOIN handles h ON h.person = j.value "
    "{first} JOIN event_points p ON p.handle = h.id "
    "WHERE p.source = {mark} AND p.captured > {mark} AND p.captured <= {mark} GROUP BY h.person"
)


def with_scores(
    connection: Connection, source: str, asked: Sequence[Asking], now: datetime
) -> tuple[list[Asking], list[Asking]]:
    """Return askings with the sums of their people, once for rule and person, and those that miss the sum.

    Askings of rules without a score stay as they are.
    """
    people: defaultdict[str, set[int]] = defaultdict(set)
    rules: dict[str, Rule] = {}
    for one in asked:
        if one.rule.score is not None and one.record.person is not None:
            rules[one.rule.name] = one.rule
            people[one.rule.name].add(one.record.person)
    sums = {
        (name, person): points
        for name, some in people.items()
        for person, points in sums_of(connection, source, rules[name].score, some, now)
    }
    return sorted_out(asked, sums)


def sorted_out(
    asked: Iterable[Asking], sums: dict[tuple[str, int | None], float]
) -> tuple[list[Asking], list[Asking]]:
    """Return the askings of people that reach the sum, one per rule and person, and the rest.

    ``sums``: points by rule and person.
    """
    kept, short = [], []
    met: set[tuple[str, int | None]] = set()
    for one in asked:
        if one.rule.score is None:
            kept.append(one)
            continue
        whose = (one.rule.name, one.record.person)
        points = sums.get(whose, 0)
        if points < one.rule.score.reaches:
            short.append(one)
        elif one.put_off or whose not in met:
            met.add(whose)
            kept.append(one._replace(score=points))
    return kept, short


def sums_of(
    connection: Connection, source: str, score: Score | None, people: Collection[int], now: datetime
) -> Iterable[Sequence[Any]]:
    """Return rows of person and sum of points, for the people that have any."""
    if score is None:
        return ()
    at = int(now.timestamp())
    columns = f"h.person, SUM({points_of(score)})"
    values = (source, at - int(score.within), at + AHEAD)
    return run_query(connection, SUMS, "bigint", sorted(people), *values, columns=columns)


def points_of(score: Score) -> str:
    """Return the SQL of the points of an event ``p``; types are words in capitals."""
    cases = " ".join(f"WHEN '{word}' THEN {float(points)!r}" for word, points in score.points.items())
    return f"CAST(CASE p.type {cases} ELSE 0 END AS DOUBLE PRECISION)"
