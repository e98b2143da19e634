"""Show what the run came to."""

from collections import Counter
from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from tests.chaos.programmes.entered import Entered
from tests.chaos.programmes.outcome import ProgrammesOutcome
from tests.chaos.report import counts, show_last_words, show_promises

KEPT = "All entered or listed, none twice, no mark passed a record, books balance."


def show(outcome: ProgrammesOutcome, console: Console) -> None:
    """Print everything."""
    plan, log = outcome.plan, outcome.log
    title = f"salesforce: seed {plan.seed}, {plan.activations:,} leads and stages, {outcome.seconds:.0f} s"
    table = Table("", *(rule.rule for rule in outcome.rules), title=title, title_justify="left")
    for name, told in rows_of(outcome.rules[0]).items():
        table.add_row(name, told, *(rows_of(rule)[name] for rule in outcome.rules[1:]))
    console.print(table)
    came = counts(Counter(blow.kind for blow in log.blows))
    console.print(f"Storms: {came}. Faults: {counts(outcome.faults)}.", highlight=False)
    console.print(
        f"Records that a mark has passed: {outcome.passed}. Died by themselves: {len(log.died)}; ended "
        f"before they were up: {len(log.not_started)}.",
        highlight=False,
    )
    show_last_words((*log.died, *log.not_started), console)
    show_promises(outcome.broken, KEPT, console)


def rows_of(rule: Entered) -> Mapping[str, str]:
    """Tell the numbers of a rule, by name."""
    return {
        "people": f"{rule.people:,}",
        "people whose event was triggered": f"{rule.events:,}",
        "  twice": f"{len(rule.twice):,}",
        "entries": counts(rule.states),
        "  reasons of those not sent": counts(rule.reasons),
        "people neither entered nor listed": f"{rule.lost:,}",
        "called sent without an event": f"{rule.wrongly_sent:,}",
        "called refused with an event": f"{rule.wrongly_refused:,}",
        "missing from the books": f"{rule.missing_from_books:,}",
    }
