"""Documents of rules: read into the values that decide."""

from collections.abc import Mapping
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.model.record_condition import read_condition
from pipeline.model.rule import EntryLimit, OpeningHours, Rule, Score
from schemas.record_words import DAYS
from schemas.spans import seconds_in

MIDNIGHT = "24:00"


def rule(name: str, document: Mapping[str, Any]) -> Rule:
    """Read a rule."""
    given = dict(document)
    again, active = given.pop("again_after", None), given.pop("active_for", None)
    current = given.pop("current", None)
    columns = given.pop("only_if", {})
    return Rule(
        name=name,
        when=read_condition(given.pop("when", {})),
        current=None if current is None else read_condition(current),
        active_for=seconds_in(active) if active else 0,
        again_after=None if again == "never" else seconds_in(again) if again else 0,
        only_if={column: tuple(values) for column, values in columns.items()},
        most=entry_limit(given.pop("most", None)),
        hours=opening_hours(given.pop("hours", None)),
        once=tuple(given.pop("once", ())),
        score=score(given.pop("score", None), given.pop("within", ""), given.pop("reaches", 0)),
        **given,
    )


def entry_limit(document: Mapping[str, Any] | None) -> EntryLimit | None:
    """Read the most entries of a person; None: there may be any number."""
    if document is None:
        return None
    return EntryLimit(document["entries"], seconds_in(document["per"]), document["over"] == "all")


def score(points: Mapping[str, float] | None, within: str, reaches: float) -> Score | None:
    """Read a score; None: there is none."""
    return None if points is None else Score(points, seconds_in(within), reaches)


def opening_hours(document: Mapping[str, Any] | None) -> OpeningHours | None:
    """Read hours; None: people enter at any time."""
    if document is None:
        return None
    closes = None if document["to"] == MIDNIGHT else time.fromisoformat(document["to"])
    days = frozenset(DAYS.index(day) for day in document["days"])
    return OpeningHours(days, time.fromisoformat(document["from"]), closes, ZoneInfo(document["zone"]))
