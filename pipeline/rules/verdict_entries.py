"""Entries of verdicts, and the activations of the entries that entered."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pipeline.model.activation import Activation
from pipeline.rules.askings import Asking
from pipeline.rules.decide import RuleVerdict
from pipeline.rules.entry_store import RuleEntry
from pipeline.rules.past_entries import PastEntries, PastEntry
from pipeline.streams.record_activations import identifiers_of


def entry_of(one: Asking, verdict: RuleVerdict, now: datetime) -> RuleEntry:
    """Return the entry of a key's verdict."""
    has_entered = verdict.state == "entered"
    return RuleEntry(
        key=one.key,
        rule=one.rule.name,
        source=one.record.source,
        record=one.record.id,
        person=one.record.person,
        state=verdict.state,
        check=verdict.check,
        evidence=verdict.evidence,
        until=verdict.until,
        asked_at=now,
        entered_at=now if has_entered else None,
        activation=one.key if has_entered else None,
    )


def count_entry(past: PastEntries, entry: RuleEntry, now: datetime) -> None:
    """Let an entry count for the keys that are decided after it."""
    if entry.person is not None and entry.state in ("entered", "watched"):
        past.add(entry.person, PastEntry(entry.rule, now, entry.state))


def activations_of(asked: Iterable[Asking], entries: Mapping[str, RuleEntry]) -> list[Activation]:
    """Return the activations of the entries that entered."""
    by_key = {one.key: one for one in reversed(list(asked))}
    return [activation_of(by_key[entry.key]) for entry in entries.values() if entry.activation is not None]


def activation_of(one: Asking) -> Activation:
    """Return the activation by which a person enters, with all variables of the record."""
    return Activation(
        audience=one.rule.audience,
        profile_id=f"person:{one.record.person}",
        call_type="ADD",
        identifiers=identifiers_of(one.record),
        variables=dict(one.record.values),
        id=one.key,
    )
