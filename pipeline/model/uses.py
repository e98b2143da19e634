"""Uses of a connector: the actions of its destinations, its sources, and the mappings that these name."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.model.action import Action
from pipeline.model.mapping import RecordMapping
from pipeline.model.record_condition import AllOf
from pipeline.model.source import Source


@dataclass(frozen=True)
class RuleUses:
    """The uses of one source by its rules, consents and pairs.

    ``conditions``: with their places. ``fields``: read beside those of the mapping. ``optional``: fields of
    these that the org may hide from us, each with the consequence in words.
    """

    conditions: Sequence[tuple[str, AllOf]] = ()
    fields: Sequence[str] = ()
    optional: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Uses:
    """The records for which ``activation check`` looks at a connector."""

    actions: Collection[Action] = ()
    sources: Collection[Source] = ()
    mappings: Mapping[str, RecordMapping] = field(default_factory=dict)  # by name
    rules: Mapping[str, RuleUses] = field(default_factory=dict)  # by source
    orgs: Mapping[str, str] = field(default_factory=dict)  # ids of those that sources have read, by source
