"""Find the calls that activations would lead to, and send none of them.

Rows are put together as if all came now and nothing else waited: a newer activation overlays one of its
profile that waits, rows of one shape share calls, and a call goes out when it is full or no more rows come.
Profiles that were sent an e-mail earlier are not known here.
"""

from dataclasses import dataclass, field

from pipeline.deliver.expected_calls import Calls, calls_for
from pipeline.model.action import Action
from pipeline.model.activation import Activation
from pipeline.model.destination import Destination
from pipeline.model.overlay import overlay
from pipeline.records.catalog import Catalog
from pipeline.records.stops import Stop, stops_of


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
        """Take in one whose id came before: it has no problems, for it makes no rows."""
        for action in self._catalog.actions_for(activation):
            self._expected[action.destination.name].repeated_ids += 1
        return {}

    def finish(self) -> list["Expected"]:
        """Return the calls that are expected of each destination."""
        for expected in self._expected.values():
            expected.finish()
        return list(self._expected.values())


@dataclass
class Expected:
    """The calls that are expected of one destination."""

    action: Action
    stops: list[Stop]  # why it sends nothing for now
    rows: int = 0  # activations that are sent
    invalid: int = 0  # that become dead letters at once
    coalesced: int = 0  # that a newer one overlays
    repeated: int = 0  # of profiles that are sent to once within "dedupe"
    repeated_ids: int = 0  # whose id came before
    calls: dict[str, Calls] = field(default_factory=dict)  # in the order they are first made
    _waiting: dict[str, dict[str, Activation]] = field(default_factory=dict)  # by shape
    _shapes: dict[str, str] = field(default_factory=dict)  # profile to the shape of its waiting row
    _known: dict[str, list[Calls]] = field(default_factory=dict)  # shape to its calls
    _taken: set[int] = field(default_factory=set)  # hashes of profiles, which take less room

    @property
    def destination(self) -> Destination:
        """The destination of the action."""
        return self.action.destination

    def add(self, activation: Activation) -> str | None:
        """Let one wait, or return why it can never be sent."""
        problem = self.action.problem(activation)
        if problem is not None:
            self.invalid += 1
        elif self.destination.options.get("dedupe") and hash(activation.profile_id) in self._taken:
            self.repeated += 1
        else:
            self._take(activation)
        return problem

    def finish(self) -> None:
        """Make the calls for all rows that still wait."""
        for shape in list(self._waiting):
            self._cut(shape)

    def _take(self, activation: Activation) -> None:
        action, key = self.action, str(self.rows)
        self.rows += 1
        if self.destination.options.get("dedupe"):
            self._taken.add(hash(activation.profile_id))
        if action.coalesces:
            key, activation = activation.profile_id, self._overlaid(activation)
        shape = action.shape(activation)
        if action.coalesces:
            self._shapes[key] = shape
        waiting = self._waiting.setdefault(shape, {})
        waiting[key] = activation
        most = action.most_rows([activation])
        if len(waiting) >= min(most or self.destination.max_rows, self.destination.max_rows):
            self._cut(shape)

    def _overlaid(self, activation: Activation) -> Activation:
        """Lay an activation over the one of its profile that waits."""
        shape = self._shapes.pop(activation.profile_id, None)
        if shape is None:
            return activation
        self.rows -= 1
        self.coalesced += 1
        return overlay(self._waiting[shape].pop(activation.profile_id), activation)

    def _cut(self, shape: str) -> None:
        """Make the calls for the waiting rows of a shape; only the first are built."""
        rows = list(self._waiting.pop(shape).values())
        if not rows:
            return
        for row in rows:
            self._shapes.pop(row.profile_id, None)
        if shape not in self._known:
            found = calls_for(self.action, rows)
            self._known[shape] = [self.calls.setdefault(calls.key, calls) for calls in found]
        for calls in self._known[shape]:
            calls.add(len(rows))


def expect(catalog: Catalog, destination: Destination) -> Expected:
    """Return a destination of which nothing is known yet."""
    return Expected(catalog.action_of(destination), stops_of(catalog, destination))
