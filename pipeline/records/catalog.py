"""The catalog: one frozen picture of all records that a running process needs, and of the holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from pipeline.model.action import Action
from pipeline.model.activation import Activation
from pipeline.model.alert_rule import AlertRule
from pipeline.model.channel import Channel
from pipeline.model.connector import Connector
from pipeline.model.consent_account import ConsentAccount
from pipeline.model.destination import Destination
from pipeline.model.event_import import EventImport
from pipeline.model.mapping import RecordMapping
from pipeline.model.pair import Pair
from pipeline.model.rule import Rule
from pipeline.model.source import Source
from pipeline.records.kinds import bind, kind_of

Scope = Literal["connector", "destination", "source", "import"]
Kind = Literal["paused", "held"]


@dataclass(frozen=True)
class Hold:
    """Why a connector, destination or import stands still: a person ``paused`` it, or an answer ``held`` it.

    A source that is held sent nothing at its last run, and runs again by its schedule all the same.
    """

    kind: Kind
    code: str
    detail: str
    since: datetime


@dataclass(frozen=True)
class Catalog:
    """All records at one ``version``."""

    version: int
    connectors: Mapping[str, Connector] = field(default_factory=lambda: MappingProxyType({}))
    destinations: Mapping[str, Destination] = field(default_factory=lambda: MappingProxyType({}))
    holds: Mapping[tuple[Scope, str], Hold] = field(default_factory=lambda: MappingProxyType({}))
    sources: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))
    imports: Mapping[str, EventImport] = field(default_factory=lambda: MappingProxyType({}))
    channels: Mapping[str, Channel] = field(default_factory=lambda: MappingProxyType({}))
    alert_rules: Mapping[str, AlertRule] = field(default_factory=lambda: MappingProxyType({}))
    mappings: Mapping[str, RecordMapping] = field(default_factory=lambda: MappingProxyType({}))
    rules: Mapping[str, Rule] = field(default_factory=lambda: MappingProxyType({}))
    pairs: Mapping[str, Pair] = field(default_factory=lambda: MappingProxyType({}))
    consents: Mapping[str, ConsentAccount] = field(default_factory=lambda: MappingProxyType({}))
    _actions: dict[str, Action] = field(default_factory=dict, init=False, repr=False, compare=False)

    def for_audience(self, audience: str | None) -> tuple[Destination, ...]:
        """Return the destinations of ``audience``, sorted by name; None: of a source without one."""
        return () if audience is None else self.by_audience.get(audience, ())

    def action_of(self, destination: Destination) -> Action:
        """Return the action of a destination, always the same object."""
        action = self._actions.get(destination.name)
        if action is None:
            bound = bind(self.connector_of(destination), destination, self.mappings)
            bound.witnessed = destination.audience in self.witnessed_audiences
            action = self._actions.setdefault(destination.name, bound)
        return action

    def actions_for(self, activation: Activation) -> list[Action]:
        """Return the actions of the destinations that take such an activation."""
        return [
            self.action_of(destination)
            for destination in self.for_audience(activation.audience)
            if activation.call_type in destination.call_types
            and activation.destination in (None, destination.name)
        ]

    def sources_of(self, connector: str) -> list[Source]:
        """Return the sources that read by a connector, sorted by name."""
        found = sorted(self.sources.items())
        return [source for _, source in found if getattr(source, "connector", None) == connector]

    def functions_of(self, destination: Destination) -> tuple[str, ...]:
        """Name the functions that a destination may use; a full call needs the first."""
        return kind_of(self.connectors[destination.connector]).actions[destination.action].functions

    def label_of(self, scope: Scope, name: str) -> str | None:
        """Return the label of a record; None if it has none, or is not there."""
        record = self._by_scope.get(scope, {}).get(name)
        return record.label if record else None

    def connector_of(self, destination: Destination) -> Connector:
        """Return the connector of a destination, with the API that the destination wants."""
        return self._used[destination.name]

    @property
    def audiences(self) -> frozenset[str]:
        """The audiences that any destination names."""
        return frozenset(self.by_audience)

    @cached_property
    def by_audience(self) -> Mapping[str, tuple[Destination, ...]]:
        """Audience to its destinations."""
        found: dict[str, tuple[Destination, ...]] = {}
        for _, destination in sorted(self.destinations.items()):
            found[destination.audience] = (*found.get(destination.audience, ()), destination)
        return found

    @cached_property
    def sends_email(self) -> bool:
        """Whether any destination sends e-mails of which event files tell."""
        return any(self.action_of(destination).sends_email for destination in self.destinations.values())

    @property
    def needs_events(self) -> bool:
        """Whether anything that is configured is kept in the events store."""
        return bool(self.imports) or any(source.is_stream for source in self.sources.values())

    @cached_property
    def witnessed_audiences(self) -> frozenset[str]:
        """The audiences that streams, rules and consents feed: they are told verdicts of activations."""
        streams = (source for source in self.sources.values() if source.is_stream)
        fed = {source.audience for source in streams if source.audience is not None}
        fed |= {consent.audience for consent in self.consents.values()}
        return frozenset(fed | {rule.audience for rule in self.rules.values()})

    @cached_property
    def first_class_accounts(self) -> frozenset[str]:
        """The accounts that have a destination of the first class: a tenth of their limits is kept for it."""
        first = [one for one in self.destinations.values() if one.priority == "first"]
        return frozenset(self.connectors[one.connector].account for one in first)

    @property
    def _by_scope(self) -> Mapping[Scope, Mapping[str, Connector | Destination | Source | EventImport]]:
        return {
            "connector": self.connectors,
            "destination": self.destinations,
            "source": self.sources,
            "import": self.imports,
        }

    @cached_property
    def _used(self) -> Mapping[str, Connector]:
        """Destination to the connector as it is used for that, always the same object."""
        return {name: self.connectors[one.connector].through(one) for name, one in self.destinations.items()}


def unusable(destinations: Mapping[str, Destination]) -> dict[tuple[Scope, str], Hold]:
    """Hold destinations that cannot be used as they are stored, until they are configured anew."""
    return {
        ("destination", name): Hold("held", "Misconfigured", destination.problem, datetime.now(UTC))
        for name, destination in destinations.items()
        if destination.problem
    }
