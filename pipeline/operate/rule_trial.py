"""A trial of a rule: the people that would have entered by past records, and the reasons against the rest."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.errors import Misconfigured
from pipeline.model.rule import Rule
from pipeline.model.source import EventsSource, MembersSource, SalesforceSource
from pipeline.model.source_record import SourceRecord
from pipeline.operate.entries import no_such_rule
from pipeline.operate.event_trial import try_on_events
from pipeline.records.catalog import Catalog
from pipeline.rules.entry_store import RuleEntry
from pipeline.rules.kept_records import kept_records
from pipeline.rules.rule_trial import RuleTrial
from pipeline.rules.source_rules import SourceRules
from pipeline.runtime.clients import Clients
from pipeline.runtime.opening_rules import RuledSource, open_rules
from pipeline.runtime.source_readers import SourceReaders
from pipeline.runtime.stores import Stores
from pipeline.stores.database import reading
from pipeline.text.times import rfc3339

AT_ONCE = 200  # records that an org is asked for by id


def try_rule(stores: Stores, name: str, span: timedelta) -> dict[str, Any]:
    """Return ``{"rule", "since", "entries": [...]}``; nothing is stored, and no other rule counts.

    Records that were kept before the rule's fields were read are asked for at the org. Of events those that
    are not as the rule wants them are counted alone, as ``unmet``.
    Raises Misconfigured if there is no such rule, or its values are of another type.
    """
    catalog = stores.records.load()
    rule, source = rule_and_source(catalog, name)
    rules = open_rules(replace(catalog, rules={name: rule}), source)
    since = datetime.now(UTC) - span
    trial = RuleTrial(rules, rule, since)
    document = {"rule": name, "since": rfc3339(since)}
    if isinstance(source, EventsSource):
        try_on_events(stores, catalog, source, trial, rules.fields)
        return document | {"entries": [document_of(one) for one in trial.entries], "unmet": trial.unmet}
    with reading(stores.events) as connection:
        found = kept_records(connection, source.name, since)
    with_fields = complete(stores, catalog, source, rules, found)
    with reading(stores.events) as connection:
        trial.take(connection, with_fields)
    return document | {"entries": [document_of(one) for one in trial.entries]}


def rule_and_source(catalog: Catalog, name: str) -> tuple[Rule, RuledSource]:
    """Return a rule as it would be live, with its source; raises Misconfigured."""
    rule = catalog.rules.get(name)
    if rule is None:
        raise no_such_rule(name, catalog.rules)
    source = catalog.sources[rule.source]
    if not isinstance(source, RuledSource):
        raise Misconfigured(f'the source "{rule.source}" keeps no records that a rule could look at')
    return replace(rule, mode="live", existing=True), source


def complete(
    stores: Stores,
    catalog: Catalog,
    source: SalesforceSource | MembersSource,
    rules: SourceRules,
    found: Sequence[SourceRecord],
) -> list[SourceRecord]:
    """Return records with all fields that rules look at; those that lack some are read from the org."""
    lacking = {one.id: one for one in found if not set(rules.fields) <= one.fields.keys()}
    whole = [one for one in found if one.id not in lacking]
    if not lacking:
        return whole
    with closing(Clients(stores.settings, stores.redis, stores.vault)) as clients:
        window = stores.settings.limit_window
        readers = SourceReaders(stores.redis, lambda: stores.events, clients, window)
        reader = readers.lookup_of(catalog, source, rules.fields)
        ids = list(lacking)
        read = [
            one
            for start in range(0, len(ids), AT_ONCE)
            for one in reader.by_ids(ids[start : start + AT_ONCE])
        ]
    known = ((one, lacking[one.id]) for one in read)
    return [*whole, *(replace(one, person=of.person, conflict=of.conflict) for one, of in known)]


def document_of(entry: RuleEntry) -> dict[str, Any]:
    """Return an entry for people and programs."""
    return {
        "rule": entry.rule,
        "record": entry.record,
        "person": None if entry.person is None else f"person:{entry.person}",
        "state": entry.state,
        "check": entry.check,
        "evidence": entry.evidence,
        "until": entry.until and rfc3339(entry.until),
    }
