"""Retention of entries: those that no check asks for any more are deleted after some days.

An entry is kept, however old, if it was put off, if its rule is not there (it may come back), or if a check
needs it:

| Check | Keeps |
|---|---|
| 1 | keys that may be asked for again: of a record by ``on = "new"``, of ``once`` without the day; |
|   | of ``once`` with the day, and of ``existing`` events, as long as such events may be read |
| 5, 8 | all entries for ``active_for`` and the time of ``most``, also of a rule with ``over = "all"`` |
| 6 | the entries that entered, by ``again_after``: for that time; "never": for ever |
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, false, or_

from pipeline.model.rule import Rule
from pipeline.model.source import EventsSource, SalesforceSource, Source
from pipeline.rules.decide import CONDITION
from pipeline.rules.entry_store import entry_time
from pipeline.rules.past_entries import COUNTING, WATCHED
from pipeline.stores.delete_in_turns import delete_in_turns
from pipeline.stores.stream_tables import entries

DAY = 86_400.0  # seconds
ROWS_AT_ONCE, MAX_TRANSACTIONS = 5_000, 20
LONGEST = timedelta(days=36_500).total_seconds()


@dataclass(frozen=True)
class EntryKeeping:
    """Days for which entries are kept at least, and stored events; 0: for ever."""

    entries: float
    events: float


def forget_entries(
    engine: Engine,
    rules: Mapping[str, Rule],
    sources: Mapping[str, Source],
    keep: EntryKeeping,
    now: datetime,
) -> int:
    """Delete entries that no check needs, a limited number in all, and return their number."""
    if not keep.entries:
        return 0
    old = [
        is_old(rule, rules, source, keep, now)
        for rule in rules.values()
        if (source := sources.get(rule.source))
    ]
    condition = or_(false(), *old)
    return delete_in_turns(engine.begin, entries, condition, rows=ROWS_AT_ONCE, turns=MAX_TRANSACTIONS)


def is_old(
    rule: Rule, rules: Mapping[str, Rule], source: Source, keep: EntryKeeping, now: datetime
) -> ColumnElement[bool]:
    """Return the condition for entries of one rule that may be forgotten."""
    seconds = max(keep.entries * DAY, key_seconds(rule, source, keep), counting_seconds(rule, rules))
    parts: list[Any] = [entries.c.rule == rule.name, entries.c.state != "put_off"]
    parts.append(entry_time < now - timedelta(seconds=min(seconds, LONGEST)))
    if asks_again(rule, source):
        parts.append((entries.c.state == "left_out") & (entries.c.check == CONDITION))
    elif rule.again_after is None:
        parts.append(entries.c.state.not_in((*COUNTING, WATCHED)))
    return and_(*parts)


def asks_again(rule: Rule, source: Source) -> bool:
    """Tell whether a key of the rule may be asked for at any time; check 2 gives no answer to it."""
    if isinstance(source, EventsSource):
        return bool(rule.once) and "day" not in rule.once
    is_history = isinstance(source, SalesforceSource) and bool(source.of)
    return rule.on == "new" and not is_history


def key_seconds(rule: Rule, source: Source, keep: EntryKeeping) -> float:
    """Return the seconds for which events with keys of the rule may be read; a clock may be a day ahead."""
    if not (isinstance(source, EventsSource) and (rule.once or rule.existing)):
        return 0
    return (keep.events + 2) * DAY if keep.events else LONGEST


def counting_seconds(rule: Rule, rules: Mapping[str, Rule]) -> float:
    """Return the seconds for which entries of the rule count, for itself and for rules over all."""
    limits = [one.most for one in rules.values() if one.most and (one is rule or one.most.over_all)]
    return max(rule.active_for, rule.again_after or 0, *(limit.per for limit in limits), 0)
