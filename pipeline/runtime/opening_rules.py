"""Opening the followers of a source, as its stream calls them."""

from zoneinfo import ZoneInfo

from pipeline.model.record_condition import event_kinds, paths_in, text_kinds
from pipeline.model.rule import Rule
from pipeline.model.source import EventsSource, MembersSource, SalesforceSource, Source
from pipeline.pairs.source_pairing import SourcePairing
from pipeline.records.catalog import Catalog
from pipeline.rules.fact_finder import BOUNCED
from pipeline.rules.outside import NothingOutside, Outside
from pipeline.rules.source_rules import SourceRules
from pipeline.runtime.opening_consents import ConsentWishes, consent_followers
from pipeline.streams.followers import Follower, Followers

RuledSource = SalesforceSource | EventsSource | MembersSource
PEOPLE = ("Lead", "Contact")  # objects with people as their records


def open_followers(catalog: Catalog, source: RuledSource, outside: Outside) -> Follower:
    """Return the followers of a source: consents come before the rules that they could bar."""
    return Followers(*consent_followers(catalog, source), open_rules(catalog, source, outside))


def open_pairing(catalog: Catalog, source: Source) -> SourcePairing | None:
    """Return the pairing of variables that a source shares with another; None: it is in no pair."""
    pairing = SourcePairing(catalog, source.name)
    return pairing if pairing.pairs else None


def open_rules(catalog: Catalog, source: RuledSource, outside: Outside | None = None) -> SourceRules:
    """Return the rules of a source, with the types of its fields and the zone of its org's days."""
    if isinstance(source, EventsSource):
        return rules_of_events(catalog, source, outside or NothingOutside())
    if isinstance(source, MembersSource):
        own = [rule.when for rule in catalog.rules.values() if rule.source == source.name]
        return SourceRules(source, catalog.rules, text_kinds(*own), outside=outside or NothingOutside())
    kinds = catalog.mappings[source.mapping].kinds_for(source.object)
    zone = ZoneInfo(getattr(catalog.connectors[source.connector], "zone", "UTC"))
    wishes = ConsentWishes(catalog)
    return SourceRules(source, catalog.rules, kinds, zone, outside or NothingOutside(), wishes=wishes)


def optional_fields(catalog: Catalog, source: SalesforceSource) -> set[str]:
    """Return the fields that rules look at where our user sees them; none that a condition names."""
    own = own_rules(catalog, source)
    conditions = [condition for rule in own for condition in (rule.when, rule.current) if condition]
    return {BOUNCED} - {path for condition in conditions for path in paths_in(condition)}


def own_rules(catalog: Catalog, source: Source) -> list[Rule]:
    """Return the rules of one source, sorted by name."""
    return [rule for _, rule in sorted(catalog.rules.items()) if rule.source == source.name]


def rules_of_events(catalog: Catalog, source: EventsSource, outside: Outside) -> SourceRules:
    """Return the rules of a source of events; its days are those of UTC."""
    own = [rule for rule in catalog.rules.values() if rule.source == source.name]
    kinds = event_kinds(*(rule.when for rule in own))
    needing = frozenset(rule.name for rule in own if needs_record(catalog, rule))
    wishes = ConsentWishes(catalog)
    return SourceRules(source, catalog.rules, kinds, outside=outside, needing_records=needing, wishes=wishes)


def needs_record(catalog: Catalog, rule: Rule) -> bool:
    """Tell whether a destination of the rule writes to an org: then its people must have a record there."""
    orgs = objects_of_people(catalog)
    return any(one.connector in orgs for one in catalog.for_audience(rule.audience))


def objects_of_people(catalog: Catalog) -> dict[str, set[str]]:
    """Return the objects with people that streams read, by connector."""
    found: dict[str, set[str]] = {}
    for source in catalog.sources.values():
        if isinstance(source, SalesforceSource) and source.is_stream and source.object in PEOPLE:
            found.setdefault(source.connector, set()).add(source.object)
    return found
