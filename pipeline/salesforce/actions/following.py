"""Following: a record that a merge or a conversion leads to, and that was not read, is looked for as well."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from pipeline.model.action import Identifiers, Step, Verdicts
from pipeline.model.activation import Activation
from pipeline.model.call import Again, Call, Verdict
from pipeline.salesforce.actions.learned import FOLLOWING
from pipeline.salesforce.calls import FUNCTION

MOST_FOLLOWED = 2  # calls after the first one


class SearchOutcome(NamedTuple):
    """The meaning of a search for one row."""

    verdict: Verdict
    learned: Identifiers = MappingProxyType({})


@dataclass(frozen=True)
class Following:
    """Looks for records again; ``call`` makes a search of rows, ``findings`` reads its answer."""

    call: Callable[[Sequence[Activation]], Call]
    findings: Callable[[Sequence[Activation], Any], Sequence[SearchOutcome]]

    def steps(self) -> Iterator[Step]:
        """Yield the steps, of which those that nothing is left for are passed over."""
        for number in range(MOST_FOLLOWED):
            yield Step(
                name="find again",
                function=FUNCTION,
                call=lambda rows: self.call([row for row in rows if is_followed(row)]),
                verdicts=partial(self._verdicts, is_last=number == MOST_FOLLOWED - 1),
                learn=self._learn,
                needed=lambda rows: any(map(is_followed, rows)),
            )

    def _verdicts(self, rows: Sequence[Activation], answer: Any, *, is_last: bool) -> Verdicts:
        return [
            Again("RecordMoved", "merges and conversions lead from record to record")
            if is_last and finding.learned.get(FOLLOWING)
            else finding.verdict
            for finding in self._followed(rows, answer)
        ]

    def _learn(self, rows: Sequence[Activation], answer: Any) -> Mapping[int, Identifiers]:
        return learned_by_position(self._followed(rows, answer))

    def _followed(self, rows: Sequence[Activation], answer: Any) -> list[SearchOutcome]:
        """Return the findings of all rows, of which those that were not followed stay as they are."""
        findings = iter(self.findings([row for row in rows if is_followed(row)], answer))
        return [next(findings) if is_followed(row) else SearchOutcome(None) for row in rows]


def is_followed(row: Activation) -> bool:
    """Tell whether the record of a row is still to be read."""
    return bool(row.identifiers.get(FOLLOWING))


def learned_by_position(findings: Sequence[SearchOutcome]) -> Mapping[int, Identifiers]:
    """Return the findings of a search, by the positions of rows."""
    return {position: finding.learned for position, finding in enumerate(findings) if finding.learned}
