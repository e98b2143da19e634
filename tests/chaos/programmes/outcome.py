"""What the run came to, and whether every promise was kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.chaos.plan import Plan
from tests.chaos.programmes.entered import Entered
from tests.chaos.storms import Log


@dataclass(frozen=True)
class ProgrammesOutcome:
    """One run; ``seconds`` is how long all of it took."""

    plan: Plan
    seconds: float
    rules: Sequence[Entered]
    passed: int  # records that are in the org and were never taken: a mark passed them
    left_over: int  # activations of pages that were never appended
    log: Log
    violations: Sequence[str]
    faults: Mapping[str, int]  # by system

    @property
    def broken(self) -> list[str]:
        """Name the promises that were not kept."""
        return [*self._of_people(), *self._of_all()]

    def _of_people(self) -> Iterator[str]:
        for rule in self.rules:
            for what, count in (
                ("people neither entered nor listed", rule.lost),
                ("people entered twice", len(rule.twice)),
                ("entries without a verdict", rule.late),
                ("entries called sent without an event", rule.wrongly_sent),
                ("events of entries that are called refused", rule.wrongly_refused),
                ("missing from the books", rule.missing_from_books),
            ):
                if count:
                    yield f"{rule.rule}: {count:,} {what}"

    def _of_all(self) -> Iterator[str]:
        if self.passed:
            yield f"{self.passed:,} records that a mark has passed"
        if self.left_over:
            yield f"{self.left_over:,} activations were never appended"
        if self.violations:
            yield f"asked for what nobody should ask: {', '.join(sorted(set(self.violations)))}"
        if self.log.died:
            yield f"workers died by themselves: {len(self.log.died)}"
