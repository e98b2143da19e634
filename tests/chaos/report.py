"""Show an outcome: tables for people, JSON for programs."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pipeline.text.plural import counted
from tests.chaos.account import Fates
from tests.chaos.causes import Repetition
from tests.chaos.outcome import Outcome
from tests.chaos.storms import Blow

KEPT = "Nothing lost, nothing twice without a reason, order kept, books balance."
ABOUT = 5.0  # seconds before a call: a storm that ended then may have hit what was known of it


def show(outcome: Outcome, console: Console) -> None:
    """Print everything."""
    console.print(rows_table(outcome))
    console.print(storms_table(outcome))
    if outcome.faults:
        console.print(f"Faults of the far side: {counts(outcome.faults)}", highlight=False)
    left = f"{max(outcome.left_after):.1f} s at most" if outcome.left_after else "none was told to"
    console.print(
        f"Appends repeated: {outcome.repeated_appends}. Leaving after SIGTERM: {left}. "
        f"Died by themselves: {len(outcome.died)}; ended before they were up: {len(outcome.not_started)}.",
        highlight=False,
    )
    show_last_words((*outcome.died, *outcome.not_started), console)
    for each in outcome.destinations:
        show_last_words(repeated_words(each.destination, each.repeated, outcome.blows), console)
    show_promises(outcome.broken, KEPT, console)


def repeated_words(destination: str, repeated: Iterable[Repetition], blows: Iterable[Blow]) -> Iterator[str]:
    """Tell of each repetition without a reason when its calls were, and which storms were about then."""
    for one in repeated:
        about = [
            f"{blow.kind} {clock(blow.began)} to {clock(blow.ended)}"
            for blow in blows
            if blow.began <= one.again and blow.ended >= one.first - ABOUT
        ]
        yield (
            f"{destination}: {counted(one.rows, 'row')} at {clock(one.first)} and again at "
            f"{clock(one.again)}; storms then: {', '.join(about) or 'none'}"
        )


def clock(moment: float) -> str:
    """Write a time of day to the millisecond, in UTC."""
    return f"{datetime.fromtimestamp(moment, UTC):%H:%M:%S.%f}"[:-3]


def show_last_words(told: Iterable[str], console: Console) -> None:
    """Print what workers said that ended by themselves."""
    for words in told:
        console.print(f"  {words}", highlight=False, markup=False, style="dim")


def show_promises(broken: Sequence[str], kept: str, console: Console) -> None:
    """Print the promises that were not kept; without any the one line that all were."""
    for promise in broken:
        console.print(f"[bold red]BROKEN[/]  {promise}", highlight=False, soft_wrap=True)
    if not broken:
        console.print(f"[bold green]{kept}")


def rows_table(outcome: Outcome) -> Table:
    """Tell what became of the activations, a column for each destination."""
    plan = outcome.plan
    title = f"{plan.name}: seed {plan.seed}, {plan.activations:,} activations, {outcome.seconds:.0f} s"
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for each in outcome.destinations:
        table.add_column(each.destination, justify="right", overflow="fold")
    for name, tell in FATES.items():
        table.add_row(name, *[tell(each) for each in outcome.destinations])
    return table


def storms_table(outcome: Outcome) -> Table:
    """Tell how long it took to go on."""
    table = Table(title="Seconds until the next call of whoever had work", title_justify="left")
    for name in ("storm", "came", "measured", "median", "longest"):
        table.add_column(name, justify="left" if name == "storm" else "right")
    for kind, each in outcome.recoveries.items():
        table.add_row(kind, str(each.storms), str(each.measured), f"{each.median:.1f}", f"{each.longest:.1f}")
    return table


def counts(found: Mapping[str, int]) -> str:
    """Write numbers by name."""
    return ", ".join(f"{count:,} {name}" for name, count in sorted(found.items())) or "0"


FATES: Mapping[str, Any] = {
    "sent": lambda each: f"{each.sent:,}",
    "delivered": lambda each: f"{each.delivered:,}",
    "overtaken by a newer one": lambda each: f"{each.overtaken:,}",
    "dead letters": lambda each: counts(each.dead_letters),
    "  of them arrived after all": lambda each: f"{each.also_delivered:,}",
    "again, by cause": lambda each: counts(each.twice),
    "twice without a reason": lambda each: f"{each.unexplained:,}",
    "lost": lambda each: f"{len(each.lost):,}",
    "profiles out of order": lambda each: f"{len(each.out_of_order):,}",
    "missing from the books": lambda each: f"{each.missing_from_books:,}",
    "calls : fewest possible": lambda each: f"{each.calls:,} : {each.fewest_calls:,}",
    "longest stall": lambda each: f"{each.stall:.1f} s",
}


def save(outcome: Outcome, file: Path) -> None:
    """Write everything as JSON."""
    told = asdict(outcome) | {"broken": outcome.broken}
    told["destinations"] = [short(each) for each in outcome.destinations]
    file.write_text(json.dumps(told, indent=2) + "\n")


def short(fates: Fates) -> dict[str, Any]:
    """Leave out the times of all calls."""
    return {name: value for name, value in asdict(fates).items() if name != "times"}
