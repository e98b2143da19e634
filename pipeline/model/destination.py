"""A destination: "changes of this audience go through this connector by this action"."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.text.labels import labelled

CALL_TYPES = ("ADD", "UPDATE", "REMOVE")


@dataclass(frozen=True)
class Destination:
    """One destination, as configured (docs/configuration.md)."""

    name: str
    audience: str
    connector: str
    action: str
    max_rows: int = 200  # rows per call
    max_age: float = 600  # seconds the oldest row may wait
    call_types: tuple[str, ...] = CALL_TYPES
    api: str | None = None  # "sync" or "async"; None: as the connector says
    priority: str | None = None  # "first": before the rows of all other destinations
    honour: str | None = None  # the consents by which its people may be barred
    on_unknown: str | None = None  # "resend": send again when the outcome of a call is unknown
    label: str | None = None  # shown to people beside the name
    description: str | None = None
    journey: str | None = None  # the audience, where it is a journey
    problem: str = ""  # why it cannot be used: its record lacks options that its action needs
    options: Mapping[str, Any] = field(default_factory=dict)  # of the action, e.g. {"event": "LAPSED"}

    @property
    def subject(self) -> str:
        """Name it in a sentence, with its label."""
        return labelled(f'destination "{self.name}"', self.label)
