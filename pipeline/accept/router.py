"""Find where activations go: the lanes of their destinations, or a dead letter that says why none."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from pipeline.accept.entry_ids import mark_of
from pipeline.accept.intake import TOMBSTONE, Claim, Routes
from pipeline.accept.unreadable import salvage
from pipeline.model.action import Action
from pipeline.model.activation import Activation, Invalid, decode
from pipeline.model.destination import Destination
from pipeline.records.catalog import Catalog
from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import DeadLetter
from pipeline.text.escapes import escaped, storable
from pipeline.text.messages import flatten

NOWHERE = "-/"  # what belongs to no destination

# Of one kind all go the same way: audience, call type, bulk, destination, id or replay.
Kind = tuple[str, str, bool, str | None, str | None]


@dataclass(frozen=True)
class Path:
    """Where activations of one kind go that have no problem of their own."""

    problem: Callable[[Activation], str | None]
    route: int  # its number


@dataclass
class Router:
    """Routes the entries of one claim."""

    catalog: Catalog
    claim: Claim
    seen: Callable[[str], bool]  # whether a mark was accepted before
    refused: Mapping[str, Collection[str]] = field(default_factory=dict)  # by an earlier attempt, where
    routes: Routes = field(default_factory=Routes)
    letters: list[tuple[DeadLetter, int]] = field(default_factory=list)  # with the number of their entry
    states: dict[str, tuple[Action, dict[str, list[Activation]]]] = field(
        default_factory=dict
    )  # by destination
    _paths: dict[Kind, Path] = field(default_factory=dict)
    _actions: dict[tuple[str, str, str | None], list[Action]] = field(default_factory=dict)
    _shapes: dict[tuple[str, str, bool], str] = field(default_factory=dict)
    _first: dict[str, int | None] = field(default_factory=dict)  # digest to the entry that counts

    def route(self) -> None:
        """Find where every entry goes; most are like one before, and take the short way."""
        profiles, routed = self.routes.profiles, self.routes.route_of_entry
        for index, entry in enumerate(self.claim.entries):
            try:
                activation = decode(entry)
            except Invalid as error:
                self._pass_over(index, entry, error)
                continue
            kind = (
                activation.audience,
                activation.call_type,
                activation.bulk,
                activation.destination,
                activation.id or activation.replay,
            )
            path = self._paths.get(kind)
            if path is not None and path.problem(activation) is None:
                profiles.append(activation.profile_id)
                routed.append(path.route)
            else:
                self._route(index, activation, kind)

    def _pass_over(self, index: int, entry: bytes, error: Invalid) -> None:
        if entry == TOMBSTONE:
            self.routes.add("", ())
        else:
            self._refuse(index, salvage(entry), None, "", "; ".join(flatten(error.messages)))
            self.routes.add("", (NOWHERE,))

    def lane(self, action: Action, activation: Activation) -> str:
        """Name a lane, computing each shape's once."""
        shape = action.shape(activation)
        key = (action.destination.name, shape, activation.bulk)
        return self._shapes.get(key) or self._shapes.setdefault(key, lane_of(action, shape, activation))

    def _route(self, index: int, activation: Activation, kind: Kind) -> None:
        mark, digest = mark_of(activation)
        key = (activation.audience, activation.call_type, activation.destination)
        actions = self._actions.get(key)
        if actions is None:
            actions = self._actions[key] = self.catalog.actions_for(activation)
        refused = self.refused.get(self.claim.key(index, digest)) if self.refused else None
        if refused:
            rest = [action for action in actions if action.destination.name not in refused]
            actions = [] if "" in refused else rest
        lanes = self._lanes(index, activation, actions, mark, digest)
        if refused:
            lanes += [f"-{name}/all" for name in refused]
        elif not actions and not self._known(activation):
            gone = f'destination "{activation.destination}" does not take it any more'
            none = f'no destination is set up for audience "{activation.audience}"'
            self._refuse(index, activation, None, digest, gone if activation.destination else none)
            lanes.append(NOWHERE)
        self.routes.add(activation.profile_id, tuple(lanes), mark)
        if not mark and not self.refused:
            self._remember(kind, actions, lanes)

    def _remember(self, kind: Kind, actions: Sequence[Action], lanes: Sequence[str]) -> None:
        """Let others of this kind take the short way: all that may be special about them is a problem."""
        if len(actions) == 1 and lanes[0][0] not in "-=" and actions[0].uniform:
            self._paths[kind] = Path(actions[0].problem, self.routes.route_of_entry[-1])

    def _lanes(
        self, index: int, activation: Activation, actions: Sequence[Action], mark: str, digest: str
    ) -> list[str]:
        lanes = []
        for action in actions:
            problem = action.problem(activation)
            if problem is not None:
                self._refuse(index, activation, action.destination, digest, problem)
                lanes.append(f"-{action.destination.name}/all")
            elif action.coalesces:
                self._lay(index, activation, action, mark, digest)
                lanes.append(f"={action.destination.name}/all")
            else:
                lanes.append(self.lane(action, activation))
        return lanes

    def _lay(self, index: int, activation: Activation, action: Action, mark: str, digest: str) -> None:
        """Keep what the destination of a state action lays over its waiting row, unless it came before."""
        if mark and self._first_of(mark, digest, index) != index:
            return
        _, waiting = self.states.setdefault(action.destination.name, (action, {}))
        waiting.setdefault(activation.profile_id, []).append(activation)

    def _first_of(self, mark: str, digest: str, index: int) -> int | None:
        """Return which of the entries with this digest counts; None when that was in an earlier claim."""
        if digest not in self._first:
            self._first[digest] = None if self.seen(mark) else index
        return self._first[digest]

    def _known(self, activation: Activation) -> bool:
        """Whether somebody takes other changes of this audience, so that not taking this one is meant."""
        return activation.destination is None and activation.audience in self.catalog.audiences

    def _refuse(
        self, index: int, activation: Activation, destination: Destination | None, digest: str, why: str
    ) -> None:
        """Write a dead letter; its id follows from the claim, so that it is kept once.

        That of a replay stays its destination's, or the next replay would go to all of them.
        """
        name = (
            destination.name if destination else activation.destination and storable(activation.destination)
        )
        letter = DeadLetter(
            id=dead_letters.name(self.claim.id, self.claim.key(index, digest), name or ""),
            connector=destination.connector if destination else None,
            destination=name,
            audience=activation.audience,
            profile_id=activation.profile_id,
            code="Invalid",
            detail=why,
            activation=escaped(self.claim.entries[index]),
        )
        self.letters.append((letter, index))


def lane_of(action: Action, shape: str, activation: Activation) -> str:
    """Name the lane of the rows that may share a call with this one; lanes.inc.lua tells how."""
    name = blake2b(shape.encode(), digest_size=8).hexdigest() if shape else "all"
    steps = action.steps([activation])
    first = next(step for step in steps if not step.sets_up)
    if first.function != action.functions[0]:
        name += f"@{first.function}"
    most = action.most_rows([activation])
    if most is not None:
        name += f"#{most}"
    return f"{action.destination.name}/{name}" + ("+bulk" if activation.bulk else "")
