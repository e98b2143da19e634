"""The rules of one source: entries and activations of a page, in the transaction that takes it."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from sqlalchemy import Connection, Engine

from pipeline.model.activation import Activation
from pipeline.model.record_reader import RecordLookup
from pipeline.model.rule import Rule
from pipeline.model.source import EventsSource, SalesforceSource, Source
from pipeline.model.source_record import SourceRecord
from pipeline.rules.askings import Asking, RuleConditions, askings, key_of
from pipeline.rules.decide import ASKED, CONDITION, decide
from pipeline.rules.due_entries import DueEntries, read_due
from pipeline.rules.entry_facts import EntryFacts, read_facts
from pipeline.rules.entry_store import RuleEntry, answered_keys, entries_of, write_entries
from pipeline.rules.event_keys import event_key
from pipeline.rules.fact_finder import BOUNCED, FactFinder
from pipeline.rules.hard_bounces import bounced_people
from pipeline.rules.outside import Columns, NothingOutside, NoWishes, Outside, Wishes
from pipeline.rules.past_entries import PastEntries, heeded_by
from pipeline.rules.score_askings import ScoreAskings
from pipeline.rules.verdict_entries import activations_of, count_entry, entry_of

WITH_BOUNCES = ("Lead", "Contact")


def utc_now() -> datetime:
    """Return the present time."""
    return datetime.now(UTC)


@dataclass
class SourceRules:
    """Decides for one source; ``all_rules`` are those of all sources, ``kinds`` the types of fields.

    ``needing_records``: rules with destinations that write to people's records; events of people without a
    record wait.
    """

    source: Source
    all_rules: Mapping[str, Rule]
    kinds: Mapping[str, str]
    zone: tzinfo = UTC
    outside: Outside = field(default_factory=NothingOutside)
    clock: Callable[[], datetime] = utc_now
    needing_records: Collection[str] = ()
    counts: Counter[tuple[str, str, int | None]] = field(default_factory=Counter)  # of verdicts
    wishes: Wishes = field(default_factory=NoWishes)

    def __post_init__(self) -> None:
        own = [rule for rule in self.all_rules.values() if rule.source == self.source.name]
        self.rules = sorted(own, key=lambda rule: (-rule.priority, rule.name))
        self._conditions = {rule.name: RuleConditions(rule, self.kinds, self.zone) for rule in own}
        self._due = DueEntries()
        is_of_events = isinstance(self.source, EventsSource)
        self.key_of = event_key if is_of_events else key_of
        self.finder = FactFinder(self.outside, self.wishes, is_of_events, self.needing_records)
        scored = {rule.name: rule for rule in self.rules if rule.score}
        self._scores = ScoreAskings(self.source.name, scored, self.finder, self.counts)

    @property
    def fields_of_all(self) -> Sequence[str]:
        """None: a change is seen from the second reading of a field on."""
        return ()

    @property
    def catches_up(self) -> Sequence[str]:
        """None: a rule begins with the events that follow."""
        return ()

    @property
    def fields(self) -> Sequence[str]:
        """The fields that conditions look at, and the one that tells of a hard bounce."""
        paths = [path for conditions in self._conditions.values() for path in conditions.paths]
        with_bounces = isinstance(self.source, SalesforceSource) and self.source.object in WITH_BOUNCES
        bounced = [BOUNCED] if self.rules and with_bounces else []
        return tuple(dict.fromkeys([*paths, *bounced]))

    @property
    def wants_existing(self) -> bool:
        """Whether any rule takes the records of a source's first reading."""
        return any(rule.existing for rule in self.rules)

    @property
    def numbers(self) -> Mapping[str, int]:
        """The verdicts other than enterings, by state."""
        found: Counter[str] = Counter()
        for (_, state, _), amount in self.counts.items():
            found[state] += amount
        return {state: found[state] for state in ("put_off", "left_out")}

    def prepare(self) -> None:
        """Ask whether the programmes run, before the first page."""
        self.outside.look(self.rules)

    def decide(
        self, connection: Connection, records: Sequence[SourceRecord], *, is_baseline: bool
    ) -> Sequence[Activation]:
        """Decide about new and changed records, and return the activations of those that enter."""
        now = self.clock()
        asked = list(self._asked(records, now, is_baseline=is_baseline))
        asked = self._scores.sift(connection, asked, now)
        return self._answer(connection, asked, now) if asked else ()

    def decide_moved(self, _connection: Connection, _records: Sequence[SourceRecord]) -> Sequence[Activation]:
        """Return nothing: rules ask by fields, and none of these has changed."""
        return ()

    def _asked(
        self, records: Sequence[SourceRecord], now: datetime, *, is_baseline: bool
    ) -> Iterator[Asking]:
        """Yield the keys that rules ask for; count those that fail check 2, unless the rule watches."""
        for rule, key, record in askings(self.rules, records, self.key_of, is_baseline=is_baseline):
            unmet = self.unmet(rule, record, now)
            if rule.watches or not (unmet or record.person is None or record.conflict is not None):
                yield Asking(rule, key, record, unmet)
            else:
                self.counts[rule.name, "left_out", CONDITION] += 1

    def read_ahead(self, engine: Engine, reader: RecordLookup) -> bool:
        """Read the records and columns of entries that are due; False: there are none."""
        self.outside.look(self.rules)
        by_name = {rule.name: rule for rule in self.rules}
        self._due = read_due(engine, reader, self.source, by_name, self.outside, self.clock())
        return bool(self._due.entries)

    def decide_later(self, connection: Connection) -> Sequence[Activation]:
        """Decide anew about the entries that were read ahead, and return the activations that follow."""
        now, due = self.clock(), self._due
        due.assign(connection)
        asked = [
            Asking(
                rule, entry.key, record, self._unmet_later(rule, record, now), put_off=True,
                waits_until=read_facts(entry.evidence).waits_until,
            )
            for rule, entry, record in due.askings()
        ]  # fmt: skip
        self._due = DueEntries()
        return self._answer(connection, self._scores.sift_due(connection, asked, now), now, due.columns)

    def unmet(self, rule: Rule, record: SourceRecord, at: datetime) -> tuple[str, ...]:
        """Name the fields of a record that do not meet the conditions of a rule."""
        return self._conditions[rule.name].unmet(record, at)

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
        asked = self._unanswered(connection, asked)
        people = {one.record.person for one in asked if one.record.person is not None}
        asking = {one.rule.name: one.rule for one in asked}.values()
        heeded = heeded_by(asking, self.all_rules)
        past = PastEntries(self.all_rules, entries_of(connection, people, heeded, now))
        bounced = bounced_people(connection, people)
        self.finder.look_at_wishes(connection, asked)
        entries: dict[str, RuleEntry] = {}
        for one in asked:
            known = (columns or {}).get((one.rule.name, one.record.id))
            entry = self.judge(one, self.finder.facts(one, now, past, bounced, known), past)
            if entry is not None:
                entries[one.key] = entry
        write_entries(connection, list(entries.values()))
        return activations_of(asked, entries)

    def _unanswered(self, connection: Connection, asked: Sequence[Asking]) -> list[Asking]:
        """Return the keys without an answer, each once; count the rest."""
        answered = answered_keys(connection, [one.key for one in asked if not one.put_off])
        found: dict[str, Asking] = {}
        for one in asked:
            if one.key in answered or one.key in found:
                self.counts[one.rule.name, "nothing", ASKED] += 1
            else:
                found[one.key] = one
        return list(found.values())

    def judge(self, one: Asking, facts: EntryFacts, past: PastEntries) -> RuleEntry | None:
        """Decide about a key, and let its entry count for later keys; None: it has its answer."""
        verdict = decide(one.rule, facts)
        self.counts[one.rule.name, verdict.state, verdict.check] += 1
        if verdict.check == ASKED:
            return None
        entry = entry_of(one, verdict, facts.now)
        count_entry(past, entry, facts.now)
        return entry
