"""The kinds of rules, and the conditions that a look finds for one rule."""

from collections.abc import Callable, Iterator, Mapping

import redis

from pipeline.alerts import of_consents, of_destinations, of_imports, of_records, of_system
from pipeline.alerts.condition import SYSTEM, Condition, Subject
from pipeline.alerts.facts import Facts
from pipeline.model.alert_rule import AlertRule
from pipeline.records.catalog import Catalog

Evaluation = Callable[[AlertRule, Facts], Iterator[Condition]]

KINDS: Mapping[str, Evaluation] = {
    "error_share": of_destinations.error_share,
    "stalled": of_destinations.stalled,
    "overdue": of_destinations.overdue,
    "waiting_rows": of_destinations.waiting_rows,
    "held": of_records.held,
    "dead_letters": of_destinations.dead_letters,
    "source_late": of_records.source_late,
    "import_late": of_imports.import_late,
    "opt_out_late": of_consents.opt_out_late,
    "no_workers": of_system.no_workers,
    "store": of_system.store,
}
NO_REDIS = Condition(
    SYSTEM,
    holds=True,
    text="the Redis server gives no answer: nothing is taken in, nothing is sent",
    way_out="bring it back; then all goes on by itself",
    path="/",
)


def conditions_of(rule: AlertRule, facts: Facts) -> list[Condition] | None:
    """Return the conditions of a rule; None while Redis gives no answer to tell them."""
    if not rule.enabled:
        return []
    try:
        return list(KINDS[rule.rule](rule, facts))
    except redis.RedisError:
        return [NO_REDIS] if rule.rule == "store" else None


def subjects_of(rule: AlertRule, catalog: Catalog) -> list[Subject]:
    """Return the subjects that a rule is on, paused ones among them."""
    if rule.rule in ("no_workers", "store"):
        return [SYSTEM]
    if rule.rule == "import_late":
        return [Subject("import", name) for name in sorted(catalog.imports)]
    if rule.rule == "opt_out_late":
        return of_consents.subjects_of_consents(rule, catalog)
    scopes = {"held": ("connector", "destination", "source"), "source_late": ("source",)}.get(
        rule.rule, ("destination",)
    )
    return [Subject(*each) for each in of_records.subjects(rule, catalog) if each[0] in scopes]
