"""Finding all that the configuration wants of a connector, for a look at its account."""

from collections.abc import Collection

from pipeline.model.connector import Connector
from pipeline.model.source import SalesforceSource
from pipeline.model.uses import RuleUses, Uses
from pipeline.records.catalog import Catalog
from pipeline.rules.outside import NothingOutside
from pipeline.runtime.opening_rules import open_followers, optional_fields, own_rules

LOST = "its rules learn of hard bounces from event files alone"


def uses_of(catalog: Catalog, connector: Connector, only: Collection[str] | None = None) -> Uses:
    """Return the records that use a connector; ``only``: these destinations alone."""
    destinations = [
        one
        for name, one in sorted(catalog.destinations.items())
        if one.connector == connector.name and (only is None or name in only)
    ]
    sources = catalog.sources_of(connector.name) if only is None else []
    rules = {one.name: rule_uses(catalog, one) for one in sources if isinstance(one, SalesforceSource)}
    actions = [catalog.action_of(one) for one in destinations]
    return Uses(actions, sources, catalog.mappings, rules)


def rule_uses(catalog: Catalog, source: SalesforceSource) -> RuleUses:
    """Return all that rules and consents want of a source, beside the fields of its mapping."""
    if not source.is_stream:
        return RuleUses()
    conditions = [
        (f'rule "{rule.name}": {key}', condition)
        for rule in own_rules(catalog, source)
        for key, condition in (("when", rule.when), ("current", rule.current))
        if condition is not None
    ]
    fields = open_followers(catalog, source, NothingOutside()).fields
    return RuleUses(conditions, fields, dict.fromkeys(optional_fields(catalog, source), LOST))
