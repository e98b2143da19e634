"""Facts of keys: the state of affairs by which the rules of one source decide."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from pipeline.rules.askings import Asking
from pipeline.rules.entry_facts import EntryFacts
from pipeline.rules.outside import Columns, Outside, Wishes
from pipeline.rules.past_entries import PastEntries

BOUNCED = "EmailBouncedDate"  # Salesforce sets it at a hard bounce, and clears it with a new address
MAX_WAIT = timedelta(days=30)  # of an event, for a record of its person


@dataclass
class FactFinder:
    """Finds the facts of keys; ``needing_records``: rules with destinations that write people's records."""

    outside: Outside
    wishes: Wishes
    is_of_events: bool
    needing_records: Collection[str]
    _channels: dict[tuple[str, str], str] = field(default_factory=dict)  # opted out of; by rule and record

    def look_at_wishes(self, connection: Connection, asked: Sequence[Asking]) -> None:
        """Read the opt-outs that the rules honour, for the facts of these keys."""
        by_rule: defaultdict[str, list[Asking]] = defaultdict(list)
        for one in asked:
            by_rule[one.rule.name].append(one)
        self._channels = {}
        for name, some in by_rule.items():
            out = self.wishes.out(connection, some[0].rule, [one.record for one in some])
            self._channels |= {(name, record): channel for record, channel in out.items()}

    def lacks_record(self, one: Asking) -> bool:
        """Tell whether the rule's destinations write to records of people, and the person has none."""
        record = one.record
        return one.rule.name in self.needing_records and not (record.in_org or record.people)

    def facts(
        self,
        one: Asking,
        now: datetime,
        past: PastEntries,
        bounced: set[int],
        columns: Columns | None,
        *,
        asked: bool = False,
    ) -> EntryFacts:
        """Return the facts of a key; ``bounced``: people by events, ``asked``: the key has its answer."""
        rule, record, person = one.rule, one.record, one.record.person
        busy = past.busy(rule, person, now) if person is not None else None
        nobody = self.lacks_record(one)
        return EntryFacts(
            now=now,
            asked=asked,
            put_off=one.put_off,
            unknown=person is None,
            gone=record.gone,
            conflict=record.conflict,
            unmet=one.unmet,
            is_event=self.is_of_events,
            score=one.score,
            nobody=nobody,
            waits_until=(one.waits_until or now + MAX_WAIT) if nobody else None,
            bounced="record" if record.fields.get(BOUNCED) else "events" if person in bounced else "",
            opted_out=self._channels.get((rule.name, record.id), ""),
            stopped=self.outside.stopped(rule),
            busy_until=busy[0] if busy else None,
            busy_with=busy[1] if busy else "",
            last_entry=past.last(rule, person) if person is not None else None,
            columns=columns,
            full_until=past.full(rule, person, now) if person is not None else None,
        )
