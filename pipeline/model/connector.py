"""A connector: one account on an outside system, with its credentials and settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Self

from pipeline.model.destination import Destination
from pipeline.text.labels import labelled


@dataclass(frozen=True, kw_only=True)
class Connector:
    """The part of a connector that all kinds have; each kind adds its credentials and settings."""

    name: str  # the key in the configuration
    title: str  # "name" in the configuration: shown to people
    kind: str
    enabled: bool = True
    api: str = "sync"
    limits: Mapping[str, int] = field(default_factory=dict)  # function to calls per minute
    utilisation: float = 0.95
    max_in_flight: int = 4
    share: float = 1.0  # of the calls of 24 hours that are ours, where an account counts by them
    ceiling: float = 1.0  # of these calls by anybody
    label: str | None = None  # shown to people beside the name
    description: str | None = None

    @property
    def subject(self) -> str:
        """Name it in a sentence, with its label."""
        return labelled(f'connector "{self.name}"', self.label)

    @property
    def login_place(self) -> str:
        """Name the account on the outside system; connectors with one login share its limits."""
        return self.name

    @cached_property
    def account(self) -> str:
        """Name the account that limits belong to.

        A digest, because it becomes part of key names.
        """
        return sha256(self.login_place.encode()).hexdigest()[:16]

    @property
    def token_owner(self) -> str:
        """Name the login that tokens belong to; several logins may share the limits of an account."""
        return self.account

    def through(self, destination: Destination) -> Self:
        """Return the connector as ``destination`` uses it: with the API that the destination asks for."""
        return replace(self, api=destination.api) if destination.api else self
