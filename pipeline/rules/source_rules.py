"""The rules of one source: entries and activations of a page, in the transaction that takes it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from sqlalchemy import Connection, Engine

from pipeline.model.activation import Activation
from pipeline.model.record_reader import RecordLookup
from pipeline.model.rule import Rule
from pipeline.model.source import SalesforceSource
from pipeline.model.source_record import SourceRecord
from pipeline.rules.askings import Asking, RuleConditions, askings
from pipeline.rules.decide import ASKED, CONDITION, RuleVerdict, decide
from pipeline.rules.due_entries import DueEntries, read_due
from pipeline.rules.entry_facts import EntryFacts
from pipeline.rules.entry_store import RuleEntry, answered_keys, entries_of, write_entries
from pipeline.rules.hard_bounces import bounced_people
from pipeline.rules.outside import Columns, NothingOutside, Outside
from pipeline.rules.past_entries import PastEntries, PastEntry
from pipeline.streams.record_activations import identifiers_of

BOUNCED = "EmailBouncedDate"  # Salesforce sets it at a hard bounce, and clears it with a new address
WITH_BOUNCES = ("Lead", "Contact")


def utc_now() -> datetime:
    """Return the present time."""
    return datetime.now(UTC)


@dataclass
class SourceRules:
    """Decides for one source; ``all_rules`` are those of all sources, ``kinds`` the types of fields."""

    source: SalesforceSource
    all_rules: Mapping[str, Rule]
    kinds: Mapping[str, str]
    zone: tzinfo = UTC
    outside: Outside = field(default_factory=NothingOutside)
    clock: Callable[[], datetime] = utc_now
    counts: Counter[tuple[str, str, int | None]] = field(default_factory=Counter)  # of verdicts

    def __post_init__(self) -> None:
        own = [rule for rule in self.all_rules.values() if rule.source == self.source.name]
        self.rules = sorted(own, key=lambda rule: (-rule.priority, rule.name))
        self._conditions = {rule.name: RuleConditions(rule, self.kinds, self.zone) for rule in own}
        self._due = DueEntries()

    @property
    def fields(self) -> Sequence[str]:
        """The fields that conditions look at, and the one that tells of a hard bounce."""
        paths = [path for conditions in self._conditions.values() for path in conditions.paths]
        bounced = [BOUNCED] if self.rules and self.source.object in WITH_BOUNCES else []
        return tuple(dict.fromkeys([*paths, *bounced]))

    def prepare(self) -> None:
        """Ask whether the programmes run, before the first page."""
        self.outside.look(self.rules)

    def decide(
        self, connection: Connection, records: Sequence[SourceRecord], *, is_baseline: bool
    ) -> Sequence[Activation]:
        """Decide about records that are new or have changed, and return what enters."""
        now = self.clock()
        asked = []
        for rule, key, record in askings(self.rules, records, is_baseline=is_baseline):
            unmet = self._conditions[rule.name].unmet(record, now)
            if rule.watches or not (unmet or record.person is None or record.conflict is not None):
                asked.append(Asking(rule, key, record, unmet))
            else:
                self.counts[rule.name, "left_out", CONDITION] += 1
        return self._answer(connection, asked, now) if asked else ()

    def read_ahead(self, engine: Engine, reader: RecordLookup) -> bool:
        """Read the records and columns of entries whose time has come; False: there are none."""
        self.outside.look(self.rules)
        by_name = {rule.name: rule for rule in self.rules}
        self._due = read_due(engine, reader, self.source, by_name, self.outside, self.clock())
        return bool(self._due.entries)

    def decide_later(self, connection: Connection) -> Sequence[Activation]:
        """Decide anew about the entries that were read ahead, and return what enters."""
        now, due = self.clock(), self._due
        due.assign(connection)
        asked = [
            Asking(rule, key, record, self._unmet_later(rule, record, now), put_off=True)
            for rule, key, record in due.askings()
        ]
        self._due = DueEntries()
        return self._answer(connection, asked, now, due.columns)

    def _unmet_later(self, rule: Rule, record: SourceRecord, now: datetime) -> tuple[str, ...]:
        return () if record.gone else self._conditions[rule.name].unmet(record, now, later=True)

    def _answer(
        self,
        connection: Connection,
        asked: Sequence[Asking],
        now: datetime,
        columns: Mapping[tuple[str, str], Columns] | None = None,
    ) -> list[Activation]:
        """Decide about keys one after the other, and store their entries."""
        answered = answered_keys(connection, [one.key for one in asked if not one.put_off])
        people = {one.record.person for one in asked if one.record.person is not None}
        past = PastEntries(self.all_rules, entries_of(connection, people))
        bounced = bounced_people(connection, people)
        entries: dict[str, RuleEntry] = {}
        for one in asked:
            known = (columns or {}).get((one.rule.name, one.record.id))
            done = one.key in answered or one.key in entries
            facts = self._facts(one, now, past, bounced, known, asked=done)
            entry = self._judge(one, facts, past)
            if entry is not None:
                entries[one.key] = entry
        write_entries(connection, list(entries.values()))
        return activations_of(asked, entries)

    def try_out(self, connection: Connection, rule: Rule, records: Sequence[SourceRecord]) -> list[RuleEntry]:
        """Return the entries that a rule would make of records, each at its own time; nothing is stored.

        Entries that it has made do not count, nor do other rules. Each record counts as new.
        """
        past = PastEntries({rule.name: rule})
        bounced = bounced_people(connection, {one.person for one in records if one.person is not None})
        found: dict[str, RuleEntry] = {}
        for _, key, record in askings([rule], records, is_baseline=False):
            at = datetime.fromtimestamp(record.stamp / 1000, UTC)
            asking = Asking(rule, key, record, self._conditions[rule.name].unmet(record, at))
            facts = self._facts(asking, at, past, bounced, None, asked=key in found)
            if (entry := self._judge(asking, facts, past)) is not None:
                found[key] = entry
        return list(found.values())

    def _judge(self, one: Asking, facts: EntryFacts, past: PastEntries) -> RuleEntry | None:
        """Decide about a key, and let its entry count for those after it; None: it has its answer."""
        verdict = decide(one.rule, facts)
        self.counts[one.rule.name, verdict.state, verdict.check] += 1
        if verdict.check == ASKED:
            return None
        entry = entry_of(one, verdict, facts.now)
        note(past, entry, facts.now)
        return entry

    def _facts(
        self,
        one: Asking,
        now: datetime,
        past: PastEntries,
        bounced: set[int],
        columns: Columns | None,
        *,
        asked: bool,
    ) -> EntryFacts:
        rule, record, person = one.rule, one.record, one.record.person
        busy = past.busy(rule, person, now) if person is not None else None
        return EntryFacts(
            now=now,
            asked=asked,
            put_off=one.put_off,
            unknown=person is None,
            gone=record.gone,
            conflict=record.conflict,
            unmet=one.unmet,
            bounced="record" if record.fields.get(BOUNCED) else "events" if person in bounced else "",
            stopped=self.outside.stopped(rule),
            busy_until=busy[0] if busy else None,
            busy_with=busy[1] if busy else "",
            last_entry=past.last(rule, person) if person is not None else None,
            columns=columns,
            full_until=past.full(rule, person, now) if person is not None else None,
        )


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


def note(past: PastEntries, entry: RuleEntry, now: datetime) -> None:
    """Let an entry count for those after it."""
    if entry.person is not None and entry.state in ("entered", "watched"):
        past.add(entry.person, PastEntry(entry.rule, now, entry.state))


def activations_of(asked: Iterable[Asking], entries: Mapping[str, RuleEntry]) -> list[Activation]:
    """Return the activations of the entries that entered."""
    by_key = {one.key: one for one in reversed(list(asked))}
    return [activation_of(by_key[entry.key]) for entry in entries.values() if entry.activation is not None]


def activation_of(one: Asking) -> Activation:
    """Return the activation of a person who enters, with all variables of the record."""
    return Activation(
        audience=one.rule.audience,
        profile_id=f"person:{one.record.person}",
        call_type="ADD",
        identifiers=identifiers_of(one.record),
        variables=dict(one.record.values),
        id=one.key,
    )
