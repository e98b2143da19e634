"""Rules on imports: files that are late."""

from collections.abc import Iterator

from pipeline.alerts.condition import Condition, Subject, page_of
from pipeline.alerts.facts import Facts
from pipeline.event_files.import_schedule import stops_of_import
from pipeline.model.alert_rule import AlertRule
from pipeline.text.durations import spell


def import_late(rule: AlertRule, facts: Facts) -> Iterator[Condition]:
    """An import that is not stopped has had no new file for some times its ``late_after``."""
    for name, each in sorted(facts.catalog.imports.items()):
        if stops_of_import(facts.catalog, each):
            continue
        subject, longest = Subject("import", name), each.late_after * 60
        newest = facts.newest_files.get(name)
        known = facts.seconds_known(f"import:{name}")
        since = known if newest is None else (facts.now - newest).total_seconds()
        yield Condition(
            subject,
            holds=since > (rule.above or 1.0) * longest,
            value=round(since / longest, 2),
            text=f'import "{name}" has had no new file for {spell(since)}',
            way_out="see whether Responsys' export job runs, and `activation check`",
            path=page_of(subject),
        )
