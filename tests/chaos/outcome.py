"""What a run came to, and whether every promise was kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.chaos.account import Fates
from tests.chaos.plan import Plan
from tests.chaos.recovery import Recovery
from tests.chaos.storms import Blow


@dataclass(frozen=True)
class Outcome:
    """One run; ``seconds`` is how long all of it took."""

    plan: Plan
    seconds: float
    destinations: Sequence[Fates]
    recoveries: Mapping[str, Recovery]
    left_after: Sequence[float]  # seconds after SIGTERM
    died: Sequence[str]  # running workers that ended by themselves
    not_started: Sequence[str]  # workers that ended before they fetched any work
    repeated_appends: int
    violations: Sequence[str]
    faults: Mapping[str, int]
    blows: Sequence[Blow] = ()

    @property
    def broken(self) -> list[str]:
        """Name the promises that were not kept."""
        return [*self._of_rows(), *self._of_workers()]

    def _of_rows(self) -> Iterator[str]:
        for each in self.destinations:
            for what, count in (
                ("lost", len(each.lost)),
                ("sent twice without a reason", each.unexplained),
                ("profiles out of order", len(each.out_of_order)),
                ("refused although delivered", len(each.wrongly_refused)),
                ("missing from the books", each.missing_from_books),
            ):
                if count:
                    yield f"{each.destination}: {count:,} {what}"
        if self.violations:
            yield f"Responsys was asked what nobody should ask: {', '.join(sorted(set(self.violations)))}"

    def _of_workers(self) -> Iterator[str]:
        if self.died:
            yield f"workers died by themselves: {len(self.died)}"
        for kind, most in self.plan.recover_within.items():
            found = self.recoveries.get(kind)
            if found and found.longest > most:
                yield f"{kind}: work went on after {found.longest:.1f} s, not within {most:.0f} s"
        most = self.plan.leave_within
        if most is not None and max(self.left_after, default=0) > most:
            yield f"a worker was gone {max(self.left_after):.1f} s after SIGTERM, not within {most:.0f} s"
