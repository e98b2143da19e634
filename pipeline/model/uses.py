"""Uses of a connector: the actions of its destinations, its sources, and the mappings that these name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pipeline.model.action import Action
from pipeline.model.mapping import RecordMapping
from pipeline.model.source import Source


@dataclass(frozen=True)
class Uses:
    """The records for which ``activation check`` looks at a connector."""

    actions: Collection[Action] = ()
    sources: Collection[Source] = ()
    mappings: Mapping[str, RecordMapping] = field(default_factory=dict)  # by name
