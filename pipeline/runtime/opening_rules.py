"""Opening the followers of a source, as its stream calls them."""

from zoneinfo import ZoneInfo

from pipeline.model.source import SalesforceSource, Source
from pipeline.pairs.source_pairing import SourcePairing
from pipeline.records.catalog import Catalog
from pipeline.rules.outside import NothingOutside, Outside
from pipeline.rules.source_rules import SourceRules
from pipeline.streams.followers import Follower, Followers


def open_followers(catalog: Catalog, source: SalesforceSource, outside: Outside) -> Follower:
    """Return all that follows from records of a source: what bars comes before what it could bar."""
    return Followers(open_rules(catalog, source, outside))


def open_pairing(catalog: Catalog, source: Source) -> SourcePairing | None:
    """Return what decides about variables that a source shares with another; None: it is in no pair."""
    pairing = SourcePairing(catalog, source.name)
    return pairing if pairing.pairs else None


def open_rules(catalog: Catalog, source: SalesforceSource, outside: Outside | None = None) -> SourceRules:
    """Return the rules of a source, with the types of its fields and the zone of its org's days."""
    kinds = catalog.mappings[source.mapping].kinds_for(source.object)
    zone = ZoneInfo(getattr(catalog.connectors[source.connector], "zone", "UTC"))
    return SourceRules(source, catalog.rules, kinds, zone, outside or NothingOutside())
