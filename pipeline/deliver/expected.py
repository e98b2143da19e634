"""Expected: the calls that activations of one destination would lead to."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.deliver.expected_batches import Batch, ExpectedBatches, ExpectedRow
from pipeline.deliver.expected_calls import Calls, calls_for
from pipeline.model.action import Action
from pipeline.model.activation import Activation
from pipeline.model.destination import Destination
from pipeline.model.overlay import overlay
from pipeline.records.catalog import Catalog
from pipeline.records.stops import Stop, stops_of

MOST_SHOWN = 200  # rows of a shape that may stand for those of its calls


class WaitingState(NamedTuple):
    """The last row of a profile that waits at a destination of a state action."""

    shape: str
    key: str
    recipient: str


@dataclass
class Expected:
    """The calls that are expected of one destination."""

    action: Action
    stops: list[Stop]  # why it sends nothing for now
    rows: int = 0  # activations that are sent
    invalid: int = 0  # that become dead letters at once
    coalesced: int = 0  # that a newer one overlays
    repeated: int = 0  # of profiles that are sent to once within "dedupe"
    repeated_ids: int = 0  # with an id that came before
    left_out: Counter[str] = field(default_factory=Counter)  # values that rows go without, by column
    calls: dict[str, Calls] = field(default_factory=dict)  # in the order they are first made
    _batches: dict[str, ExpectedBatches] = field(default_factory=dict)  # by shape
    _waiting: dict[str, WaitingState] = field(default_factory=dict)  # of states, by profile
    _sharing: dict[str, set[str]] = field(default_factory=dict)  # recipient to the profiles that wait with it
    _known: dict[str, list[Calls]] = field(default_factory=dict)  # shape to its calls
    _taken: set[int] = field(default_factory=set)  # hashes of profiles, which take less room

    @property
    def destination(self) -> Destination:
        """The destination of the action."""
        return self.action.destination

    @property
    def may_be_more(self) -> bool:
        """Whether there may be more calls, as rows of one profile or recipient go one after the other."""
        return any(batches.may_be_more for batches in self._batches.values())

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
        for shape, batches in self._batches.items():
            for batch in batches.cut_all():
                self._cut(shape, batch)

    def _take(self, activation: Activation) -> None:
        if self.destination.options.get("dedupe"):
            self._taken.add(hash(activation.profile_id))
        key = str(self.rows + self.coalesced)
        self.rows += 1
        if self.action.coalesces:
            activation = self._overlaid(activation)
        shape, recipient = self.action.shape(activation), self.action.recipient(activation) or ""
        if self.action.coalesces:
            self._waiting[activation.profile_id] = WaitingState(shape, key, recipient)
            self._sharing.setdefault(recipient, set()).add(activation.profile_id)
        batches = self._batches_of(shape, activation)
        keeps = self.action.coalesces or batches.added < MOST_SHOWN
        row = ExpectedRow(
            activation.profile_id, self._names(activation, recipient), activation if keeps else None
        )
        if batch := batches.add(key, row):
            self._cut(shape, batch)

    def _names(self, activation: Activation, recipient: str) -> tuple[str, ...]:
        """Return the name that a batch holds once: an occurrence's is its recipient, if it has one."""
        profile = f"profile {activation.profile_id}"
        if not recipient:
            return (profile,)
        return (profile, f"recipient {recipient}") if self.action.coalesces else (f"recipient {recipient}",)

    def _batches_of(self, shape: str, activation: Activation) -> ExpectedBatches:
        if shape not in self._batches:
            most = self.action.most_rows([activation]) or self.destination.max_rows
            self._batches[shape] = ExpectedBatches(min(most, self.destination.max_rows))
        return self._batches[shape]

    def _overlaid(self, activation: Activation) -> Activation:
        """Lay an activation over the one of its profile that waits, if no other waits with its recipient."""
        waiting = self._waiting.get(activation.profile_id)
        if waiting is None or (waiting.recipient and len(self._sharing[waiting.recipient]) > 1):
            return activation
        before = self._batches[waiting.shape].take_out(waiting.key).activation
        self._forget(activation.profile_id, waiting.key)
        if before is None:
            return activation
        self.rows -= 1
        self.coalesced += 1
        return overlay(before, activation)

    def _cut(self, shape: str, batch: Batch) -> None:
        """Make the calls for the rows of a batch; only the first of a shape are built."""
        activations = [row.activation for row in batch.values() if row.activation]
        self.left_out.update(self.action.left_out(activations))
        for key, row in batch.items():
            self._forget(row.profile, key)
        if batch and shape not in self._known:
            found = calls_for(self.action, activations)
            self._known[shape] = [self.calls.setdefault(calls.key, calls) for calls in found]
        for calls in self._known[shape] if batch else ():
            calls.add(len(batch))

    def _forget(self, profile: str, key: str) -> None:
        """Forget that a row of a profile waits, if it is its last."""
        waiting = self._waiting.get(profile)
        if waiting and waiting.key == key:
            del self._waiting[profile]
            self._sharing[waiting.recipient].discard(profile)
            if not self._sharing[waiting.recipient]:
                del self._sharing[waiting.recipient]


def expect(catalog: Catalog, destination: Destination) -> Expected:
    """Return a destination of which nothing is known yet."""
    return Expected(catalog.action_of(destination), stops_of(catalog, destination))
