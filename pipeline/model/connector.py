"""A connector: one account on an outside system, with its credentials and settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256

from pipeline.model.destination import Destination


@dataclass(frozen=True)
class Connector:
    """One Responsys account, as configured (design.md, section 5)."""

    name: str  # the key in the configuration
    title: str  # "name" in the configuration: what people see
    username: str
    password: str = field(repr=False)
    auth_endpoint: str  # scheme and host, nothing after it: "https://login5.responsys.net"
    profile_list: str
    list_folder: str | None = None
    identifier_type: str = "hashed_email"  # "riid", "hashed_email" or "crm_id"
    kind: str = "responsys"
    enabled: bool = True
    api: str = "sync"
    limits: Mapping[str, int] = field(default_factory=dict)  # function to calls per minute
    utilisation: float = 0.95
    max_in_flight: int = 4

    @cached_property
    def account(self) -> str:
        """Name the account that limits belong to: connectors with one login share it.

        A digest, because it becomes part of key names.
        """
        return sha256(f"{self.auth_endpoint}\n{self.username}".encode()).hexdigest()[:16]

    def through(self, destination: Destination) -> "Connector":
        """Return the connector as ``destination`` uses it: with the API that the destination asks for."""
        return replace(self, api=destination.api) if destination.api else self
