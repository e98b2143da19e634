"""Rules on consents: opting out that has not reached the other side."""

from collections.abc import Iterator

from pipeline.alerts.condition import Condition, Subject
from pipeline.alerts.facts import Facts
from pipeline.consents.carriers import carriers
from pipeline.model.alert_rule import AlertRule
from pipeline.model.consent_account import ConsentAccount
from pipeline.records.catalog import Catalog
from pipeline.text.durations import spell


def opt_out_late(rule: AlertRule, facts: Facts) -> Iterator[Condition]:
    """An opting out has not reached a destination that carries it for some seconds, be that paused or not."""
    for subject in subjects_of_consents(rule, facts.catalog):
        account = facts.catalog.consents[subject.name]
        oldest = facts.oldest_opt_out(account.channel, carriers_of(rule, facts.catalog, account))
        age = 0.0 if oldest is None else (facts.now - oldest).total_seconds()
        named = f'the consents "{subject.name}"'
        yield Condition(
            subject,
            holds=oldest is not None and age > (rule.above or 0.0),
            value=round(age, 1),
            text=f"an opting out of {named} has not reached the other side for {spell(age)}",
            way_out="`activation consent parity` tells whose, and what is in its way",
            path="/wishes",
        )


def subjects_of_consents(rule: AlertRule, catalog: Catalog) -> list[Subject]:
    """Return the consents with a destination that the rule is on."""
    return [
        Subject("consents", name)
        for name, account in sorted(catalog.consents.items())
        if carriers_of(rule, catalog, account)
    ]


def carriers_of(rule: AlertRule, catalog: Catalog, account: ConsentAccount) -> list[str]:
    """Return the destinations that carry states of some consents, as far as the rule is on them."""
    return [
        one.name
        for one in carriers(catalog, account)
        if rule.destination in (None, one.name) and rule.connector in (None, one.connector)
    ]
