"""Find the calls that activations would lead to, and send none of them.

Rows are put together as if all came now and nothing else waited: a newer activation overlays one of its
profile that waits, rows of one shape share calls, each profile and recipient once in a call, and a call goes
out when it is full or no more rows come. Profiles that were sent an e-mail earlier are not known here.
"""

from pipeline.deliver.expected import Expected, expect
from pipeline.model.activation import Activation
from pipeline.records.catalog import Catalog


class DryRun:
    """Takes in activations of one audience."""

    def __init__(self, catalog: Catalog, audience: str) -> None:
        self._catalog = catalog
        self._expected = {each.name: expect(catalog, each) for each in catalog.for_audience(audience)}

    def add(self, activation: Activation) -> dict[str, str]:
        """Take one in; return why it would become a dead letter, by destination."""
        problems = {
            action.destination.name: self._expected[action.destination.name].add(activation)
            for action in self._catalog.actions_for(activation)
        }
        return {name: problem for name, problem in problems.items() if problem is not None}

    def repeat(self, activation: Activation) -> dict[str, str]:
        """Count an activation with an id that came before: it makes no rows, so it has no problems."""
        for action in self._catalog.actions_for(activation):
            self._expected[action.destination.name].repeated_ids += 1
        return {}

    def finish(self) -> list[Expected]:
        """Return the calls that are expected of each destination."""
        for expected in self._expected.values():
            expected.finish()
        return list(self._expected.values())
