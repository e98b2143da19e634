"""Router: finds the lanes of each entry of a claim, or writes the dead letter that says why it has none."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.accept.entry_ids import DuplicateKey, duplicate_key_of
from pipeline.accept.intake import TOMBSTONE, Claim
from pipeline.accept.lane_names import LaneNames
from pipeline.accept.refusals import Refusals
from pipeline.accept.routes import ADD, INVALID, NOWHERE, STATE, RoutedLane, Routes
from pipeline.accept.state_changes import StateChanges
from pipeline.accept.unreadable import salvage
from pipeline.model.action import Action
from pipeline.model.activation import Activation, Invalid, decode
from pipeline.records.catalog import Catalog
from pipeline.text.messages import flatten

OTHER_CONTENT = "an earlier activation has this id, profile and call type, but other content"

# Activations that are equal in these go the same way: audience, call type, bulk, destination, id or replay.
RouteKey = tuple[str, str, bool, str | None, str | None]


@dataclass(frozen=True)
class CachedRoute:
    """The route of all activations of one ``RouteKey`` that have no problem, and those that may take it."""

    action: Action
    number: int
    rows: list[Activation] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)  # of their entries


class Router:
    """Routes the entries of one claim."""

    def __init__(
        self,
        catalog: Catalog,
        claim: Claim,
        seen: Callable[[DuplicateKey], bool],
        refused_before: Mapping[str, Collection[str]] | None = None,
        contradictions: Collection[int] = (),
    ) -> None:
        """``contradictions``: numbers of entries, from 1, that have an earlier one's id but other content."""
        self.routes = Routes(len(claim.entries))
        self.refusals = Refusals(claim)
        self.state_changes = StateChanges(seen)
        self.lanes = LaneNames()
        self._catalog = catalog
        self._claim = claim
        # Destinations for which an earlier attempt at the claim refused an entry, "" for all; by its key.
        self._refused_before = refused_before or {}
        self._contradictions = contradictions
        self._actions: dict[tuple[str, str, str | None], list[Action]] = {}
        self._cached: dict[RouteKey, CachedRoute] = {}

    def route(self) -> None:
        """Find where every entry goes; most are like one before them, and these are routed together."""
        cached = self._cached.get
        for index, entry in enumerate(self._claim.entries):
            try:
                row = decode(entry)
            except Invalid as error:
                self._pass_over(index, entry, error)
                continue
            key = (row.audience, row.call_type, row.bulk, row.destination, row.id or row.replay)
            route = cached(key)
            if route is None:
                self._route(index, row, key)
            else:
                route.rows.append(row)
                route.indexes.append(index)
        for key, route in self._cached.items():
            self._route_alike(key, route)

    def _route_alike(self, key: RouteKey, route: CachedRoute) -> None:
        """Let all entries of a key take its cached route, but for those with a problem."""
        rows, indexes, action = route.rows, route.indexes, route.action
        if problems := action.problems(rows):
            for position in problems:
                self._route(indexes[position], rows[position], key)
            rows = [row for position, row in enumerate(rows) if position not in problems]
            indexes = [index for position, index in enumerate(indexes) if position not in problems]
        profiles, route_of_entry = self.routes.profiles, self.routes.route_of_entry
        for index, row in zip(indexes, rows, strict=True):
            profiles[index], route_of_entry[index] = row.profile_id, route.number
        if rows and action.names_recipients:
            column = self.routes.recipients_of(action.destination.name)
            for index, recipient in zip(indexes, map(action.recipient, rows), strict=True):
                column[index] = recipient or ""

    def _pass_over(self, index: int, entry: bytes, error: Invalid) -> None:
        """Route an entry that cannot be read: an erased one nowhere, any other to the dead letters."""
        if entry == TOMBSTONE:
            self.routes.put(index, "", ())
        else:
            self.refusals.add(index, salvage(entry), "; ".join(flatten(error.messages)))
            self.routes.put(index, "", (NOWHERE,))

    def _route(self, index: int, row: Activation, route_key: RouteKey) -> None:
        contradicts = index + 1 in self._contradictions
        key = None if contradicts else duplicate_key_of(row)
        refused = self._refused_in(index, key) if self._refused_before else ()
        actions = self._actions_for(row)
        if refused:
            actions = [each for each in actions if not {"", each.destination.name} & {*refused}]
        lanes = [self._lane(index, row, action, key, contradicts) for action in actions]
        if refused:
            lanes += [RoutedLane(INVALID, f"{name}/all") for name in refused]
        if not lanes and not self._is_for_others(row):
            self.refusals.add(index, row, no_destination(row), key=key)
            lanes.append(NOWHERE)
        self.routes.put(index, row.profile_id, tuple(lanes), key)
        if key is None and not contradicts and not self._refused_before:
            self._cache(route_key, actions, lanes, self.routes.route_of_entry[index])

    def _refused_in(self, index: int, key: DuplicateKey | None) -> Collection[str]:
        """Name the destinations for which an earlier attempt refused the entry at ``index``."""
        refused = self._refused_before.get(self._claim.key(index, key), ())
        return {*refused, *self._refused_before.get(self._claim.key(index), ())}

    def _cache(
        self, key: RouteKey, actions: Sequence[Action], lanes: Sequence[RoutedLane], number: int
    ) -> None:
        """Let the next activations of this key take the same route, if only a problem can set them apart."""
        one_destination = len(actions) == 1
        row_is_added = one_destination and lanes[0].kind == ADD
        if row_is_added and actions[0].uniform:
            self._cached[key] = CachedRoute(actions[0], number)

    def _actions_for(self, row: Activation) -> list[Action]:
        key = (row.audience, row.call_type, row.destination)
        actions = self._actions.get(key)
        if actions is None:
            actions = self._actions[key] = self._catalog.actions_for(row)
        return actions

    def _lane(
        self, index: int, row: Activation, action: Action, key: DuplicateKey | None, contradicts: bool
    ) -> RoutedLane:
        """Route a row to one destination."""
        destination = action.destination
        problem = OTHER_CONTENT if contradicts else action.problem(row)
        if problem is not None:
            self.refusals.add(index, row, problem, destination=destination, key=key)
            return RoutedLane(INVALID, f"{destination.name}/all")
        if action.coalesces:
            self.state_changes.add(index, row, action, key)
            return RoutedLane(STATE, f"{destination.name}/all")
        recipient = action.recipient(row)
        if recipient is not None:
            self.routes.recipients_of(destination.name)[index] = recipient
        return RoutedLane(ADD, self.lanes.of(action, row))

    def _is_for_others(self, row: Activation) -> bool:
        """Whether destinations take other changes of this audience: then not taking this one is meant."""
        return row.destination is None and row.audience in self._catalog.audiences


def no_destination(row: Activation) -> str:
    """Say that no destination takes an activation."""
    if row.destination:
        return f'destination "{row.destination}" does not take it any more'
    return f'no destination is set up for audience "{row.audience}"'
