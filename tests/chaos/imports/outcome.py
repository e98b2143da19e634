"""What a run came to, and whether every event counts once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from tests.chaos.plan import Plan
from tests.chaos.report import counts, show_last_words, show_promises
from tests.chaos.storms import Log
from tests.processes.import_totals import Totals

KEPT = "Every event counts once, the rebuild is byte-identical, no file is left."


@dataclass(frozen=True)
class ImportsOutcome:
    """One run; ``seconds`` is how long all of it took."""

    plan: Plan
    seconds: float
    files: int
    repeated: int  # files that were delivered again
    written: Totals
    differing: Sequence[str]  # ledger, store, profiles or rebuild that are not as it was written
    failed: Sequence[str]  # reasons of files that failed
    spooled: int  # files that are left in the spool
    log: Log

    @property
    def broken(self) -> list[str]:
        """Name the promises that were not kept."""
        found = [f"{name} is not as it was written" for name in self.differing]
        found += [f"a file failed: {reason}" for reason in self.failed]
        if self.spooled:
            found.append(f"{self.spooled} files are left in the spool")
        if self.log.died:
            found.append(f"workers died by themselves: {len(self.log.died)}")
        return found


def show(outcome: ImportsOutcome, console: Console) -> None:
    """Print everything."""
    plan, log, written = outcome.plan, outcome.log, outcome.written
    console.print(
        f"imports: seed {plan.seed}, {outcome.files} files, {outcome.repeated} of them delivered again; "
        f"{sum(written.events.values()):,} events of {written.people:,} people; {outcome.seconds:.0f} s",
        highlight=False,
    )
    console.print(f"Events: {counts(written.events)}.", highlight=False)
    console.print(f"Storms: {counts(Counter(blow.kind for blow in log.blows))}.", highlight=False)
    show_last_words((*log.died, *log.not_started), console)
    show_promises(outcome.broken, KEPT, console)
