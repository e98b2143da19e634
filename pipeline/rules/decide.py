"""Deciding: nine checks, in their order, of a rule and the facts. No store, no clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

from pipeline.model.rule import OpeningHours, Rule
from pipeline.rules.entry_facts import EntryFacts

State = Literal["entered", "put_off", "left_out", "watched", "nothing"]

ASKED, CONDITION, BARRED, PROGRAM, BUSY, AGAIN, COLUMNS, MOST, HOURS = range(1, 10)
LATER = timedelta(minutes=10)  # until a programme, or columns that could not be read, are looked at again
DAYS_AHEAD = 8


@dataclass(frozen=True)
class RuleVerdict:
    """The answer to a key; ``check``: the one that it did not pass. "nothing": the key has its answer."""

    state: State
    evidence: Mapping[str, Any]
    check: int | None = None
    until: datetime | None = None  # put off


@dataclass(frozen=True)
class Unpassed:
    """A check that was not passed; ``until``: put off, None: for good."""

    until: datetime | None = None


def decide(rule: Rule, facts: EntryFacts) -> RuleVerdict:
    """Return the verdict of the first check that is not passed, or that the person enters.

    The evidence holds all facts: ``decide(rule, read_facts(evidence))`` is the same verdict.
    """
    evidence = facts.dumps()
    for number, check in CHECKS:
        failure = check(rule, facts)
        if failure is None:
            continue
        if number == ASKED:
            return RuleVerdict("nothing", evidence, number)
        state: State = "left_out" if failure.until is None else "put_off"
        return RuleVerdict(state, evidence, number, failure.until)
    return RuleVerdict("watched" if rule.watches else "entered", evidence)


def asked_before(_rule: Rule, facts: EntryFacts) -> Unpassed | None:
    """1: each key has one answer."""
    return Unpassed() if facts.asked else None


def is_otherwise(_rule: Rule, facts: EntryFacts) -> Unpassed | None:
    """2: the person is known, and the record is as the rule wants it."""
    barred = facts.unknown or facts.gone or facts.conflict is not None
    if barred or facts.unmet:
        return Unpassed()
    if not facts.nobody:
        return None
    waits = facts.waits_until is not None and facts.waits_until > facts.now
    return Unpassed(facts.waits_until if waits else None)


def is_out(_rule: Rule, facts: EntryFacts) -> Unpassed | None:
    """3: the person can be written to, and wishes for it."""
    return Unpassed() if facts.bounced or facts.opted_out else None


def is_stopped(_rule: Rule, facts: EntryFacts) -> Unpassed | None:
    """4: the programme runs."""
    return Unpassed(facts.now + LATER) if facts.stopped else None


def is_busy(rule: Rule, facts: EntryFacts) -> Unpassed | None:
    """5: the person is in no entry of the rule or its group."""
    if facts.busy_until is None or facts.busy_until <= facts.now:
        return None
    return Unpassed(facts.busy_until if rule.busy == "wait" else None)


def is_again(rule: Rule, facts: EntryFacts) -> Unpassed | None:
    """6: the last entry was long enough ago."""
    if facts.last_entry is None:
        return None
    if rule.again_after is None:
        return Unpassed()
    return Unpassed() if facts.now < facts.last_entry + timedelta(seconds=rule.again_after) else None


def columns_differ(rule: Rule, facts: EntryFacts) -> Unpassed | None:
    """7: columns of Responsys are as they should be; they are read between two decisions."""
    if not rule.only_if:
        return None
    if facts.columns is None:
        return Unpassed(facts.now + LATER if facts.put_off else facts.now)
    held = facts.columns
    return None if all(held.get(name) in wanted for name, wanted in rule.only_if.items()) else Unpassed()


def is_full(rule: Rule, facts: EntryFacts) -> Unpassed | None:
    """8: there were not the most entries already; one more event is left out."""
    if rule.most is None or facts.full_until is None or facts.full_until <= facts.now:
        return None
    return Unpassed(None if facts.is_event else facts.full_until)


def is_closed(rule: Rule, facts: EntryFacts) -> Unpassed | None:
    """9: it is the time of day."""
    if rule.hours is None or rule.hours.are_open(facts.now):
        return None
    return Unpassed(next_opening(rule.hours, facts.now))


def next_opening(hours: OpeningHours, now: datetime) -> datetime:
    """Return the next time at which people enter."""
    today = now.astimezone(hours.zone).date()
    for ahead in range(DAYS_AHEAD):
        day = today + timedelta(days=ahead)
        opening = datetime.combine(day, hours.opens, hours.zone).astimezone(UTC)
        if day.weekday() in hours.days and opening > now:
            return opening
    return datetime.combine(today + timedelta(days=1), time(), hours.zone).astimezone(UTC)


CHECKS: Sequence[tuple[int, Callable[[Rule, EntryFacts], Unpassed | None]]] = (
    (ASKED, asked_before),
    (CONDITION, is_otherwise),
    (BARRED, is_out),
    (PROGRAM, is_stopped),
    (BUSY, is_busy),
    (AGAIN, is_again),
    (COLUMNS, columns_differ),
    (MOST, is_full),
    (HOURS, is_closed),
)
