"""Rules on records of every scope: those that are held, and sources that are late."""

from collections.abc import Iterator

from pipeline.alerts.condition import Condition, Subject, page_of
from pipeline.alerts.facts import Facts
from pipeline.alerts.phrases import listed_code
from pipeline.model.alert_rule import AlertRule
from pipeline.model.source import Source
from pipeline.records.catalog import Catalog, Scope
from pipeline.records.stops import Stop, remedy
from pipeline.text.durations import spell


def held(rule: AlertRule, facts: Facts) -> Iterator[Condition]:
    """A connector, destination or source is held, be it disabled or not."""
    for scope, name in subjects(rule, facts.catalog):
        hold = facts.catalog.holds.get((scope, name))
        subject = Subject(scope, name)
        if hold is None or hold.kind != "held":
            yield Condition(subject, holds=False)
            continue
        stop = Stop(scope, name, hold.kind, hold.code, hold.detail, hold.since)
        text = f'{scope} "{name}" is held: {listed_code(stop.code)}'
        yield Condition(subject, True, None, text, way_out_of(facts.catalog, stop), page_of(subject))


def way_out_of(catalog: Catalog, stop: Stop) -> str:
    """Return how a hold is ended; its page has the whole text of the answer, which may name people."""
    return f"see why on its page; {remedy(catalog, stop)}"


def subjects(rule: AlertRule, catalog: Catalog) -> Iterator[tuple[Scope, str]]:
    """Yield the records that a rule is on, of every scope."""
    if rule.destination is None:
        for name in sorted(catalog.connectors):
            if rule.connector in (None, name):
                yield "connector", name
    for name, destination in sorted(catalog.destinations.items()):
        if rule.destination in (None, name) and rule.connector in (None, destination.connector):
            yield "destination", name
    for name, source in sorted(catalog.sources.items()):
        if feeds(source, rule, catalog):
            yield "source", name


def feeds(source: Source, rule: AlertRule, catalog: Catalog) -> bool:
    """Tell whether a source is of an audience that the rule's destination or connector sends."""
    if rule.destination is None and rule.connector is None:
        return True
    return any(
        rule.destination in (None, one.name) and rule.connector in (None, one.connector)
        for one in catalog.for_audience(source.audience)
    )


def source_late(rule: AlertRule, facts: Facts) -> Iterator[Condition]:
    """No run of a source succeeded for some of its intervals."""
    for name, source in sorted(facts.catalog.sources.items()):
        if not source.enabled or not feeds(source, rule, facts.catalog):
            continue
        subject = Subject("source", name)
        interval = source.every * 60
        since = seconds_since_success(source, facts)
        text = (
            f'no run of source "{name}" has succeeded for {spell(since)}; one is due every {spell(interval)}'
        )
        yield Condition(
            subject,
            holds=since > (rule.above or 0.0) * interval,
            value=round(since / interval, 2),
            text=text,
            way_out=f"see why on its page, or run it with `activation sync --source {name}`",
            path=page_of(subject),
        )


def seconds_since_success(source: Source, facts: Facts) -> float:
    """Return the seconds since a run succeeded; of a source that never ran, since it is known here."""
    successes = facts.stream_successes if source.is_stream else facts.successes
    at = successes.get(source.name if source.is_stream else source.audience or "")
    return facts.seconds_known(source.name) if at is None else (facts.now - at).total_seconds()
