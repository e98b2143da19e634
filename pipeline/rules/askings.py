"""Askings: the keys that rules ask for about records that are new or have changed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple

from pipeline.errors import Held
from pipeline.model.condition_values import WrongComparison
from pipeline.model.matching import Match, match_of
from pipeline.model.record_condition import AllOf, changes_in, paths_in
from pipeline.model.rule import Rule
from pipeline.model.source_record import SourceRecord


class Asking(NamedTuple):
    """One key with its record; ``unmet``: fields that do not meet the rule's conditions."""

    rule: Rule
    key: str
    record: SourceRecord
    unmet: tuple[str, ...] = ()
    put_off: bool = False  # it was before
    score: float | None = None  # the sum of the person's points
    waits_until: datetime | None = None  # it waits for a record of its person so long


class RuleConditions:
    """The conditions of one rule; ``kinds``: types of fields. ``zone``: in which days begin."""

    def __init__(self, rule: Rule, kinds: Mapping[str, str], zone: tzinfo = UTC) -> None:
        self._rule = rule
        self._when = parts_of(rule.when, kinds, zone)
        self._current = parts_of(rule.current, kinds, zone) if rule.current else []
        named = (rule.when, rule.current) if rule.current else (rule.when,)
        self.paths = tuple(path for condition in named for path in paths_in(condition))
        self._occasion = bool(changes_in(rule.when))

    def unmet(self, record: SourceRecord, now: datetime, *, later: bool = False) -> tuple[str, ...]:
        """Name the fields that do not meet the conditions; raises Held for values of another type.

        ``later``: the record is looked at again, and a change that the rule waits for was seen before.
        """
        parts = [*([] if later and self._occasion else self._when), *self._current]
        if not parts:
            return ()
        before = earlier_fields(record)
        try:
            failed = [paths for paths, fits in parts if not fits(record.fields, before, now)]
        except WrongComparison as error:
            raise Held("destination", "CONDITION", f"rules.{self._rule.name}: {error}") from error
        return tuple(dict.fromkeys(path for paths in failed for path in paths))


def parts_of(condition: AllOf, kinds: Mapping[str, str], zone: tzinfo) -> list[tuple[tuple[str, ...], Match]]:
    """Return the parts of a condition that must all hold, each with its fields."""
    return [(paths_in(part), match_of(part, kinds, zone)) for part in condition.parts]


def earlier_fields(record: SourceRecord) -> Mapping[str, Any] | None:
    """Return the fields as they were; one that was not read then has not changed."""
    return None if record.before is None else {**record.fields, **record.before["fields"]}


def askings(
    rules: Sequence[Rule],
    rows: Sequence[SourceRecord],
    key: Callable[[Rule, SourceRecord], str],
    *,
    is_baseline: bool,
) -> Iterator[tuple[Rule, str, SourceRecord]]:
    """Yield rules with keys and records, in an order that the reading does not change."""
    for record in sorted(rows, key=lambda row: (row.stamp, row.id, row.people)):
        if record.gone or is_only_wider(record):
            continue
        for rule in rules:
            if rule.score is not None and record.table not in rule.score.points:
                continue
            if rule.existing or not (is_baseline or (rule.on == "new" and record.existing)):
                yield rule, key(rule, record), record


def key_of(rule: Rule, record: SourceRecord) -> str:
    """Return the key by which a rule asks once, which is the id of the activation as well."""
    if record.parent:
        return f"{rule.name}:{record.id}:{record.person or ''}"
    return f"{rule.name}:{record.id}" if rule.on == "new" else f"{rule.name}:{record.id}:{record.stamp}"


def is_only_wider(record: SourceRecord) -> bool:
    """Tell whether a record was read with other fields than before, and has not changed."""
    if record.before is None:
        return False
    now = {"values": record.values, "fields": record.fields}
    known = record.before
    if all(now[part].keys() == known[part].keys() for part in now):
        return False
    return all(known[part].get(name, value) == value for part in now for name, value in now[part].items())
