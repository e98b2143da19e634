"""Logging in, as far as all kinds of accounts have it in common."""

from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from pipeline.errors import RetryLater
from pipeline.model.connector import Connector

C_contra = TypeVar("C_contra", bound=Connector, contravariant=True)


class TokenRefused(RetryLater):
    """The login token is not, or no longer, valid: log in and send again, once."""


@dataclass(frozen=True)
class Grant:
    """The answer to a login: the token, and the host that all later calls go to."""

    token: str = field(repr=False)
    end_point: str


@dataclass(frozen=True)
class TokenTerms:
    """How long the tokens of a kind of account are used, and how many logins a minute it allows."""

    life: int  # seconds
    renew_after: float  # seconds
    logins_per_minute: int


class AccountLogin(Protocol[C_contra]):
    """Logs connectors of one kind in; ``timeout``: seconds to connect and between two bytes."""

    @property
    def timeout(self) -> tuple[float, float]:
        """Seconds to connect and between two bytes; their sum is for all of a login."""

    def log_in(self, connector: C_contra, /) -> Grant:
        """Log in; raise Held when a person must look at the account or its secrets."""

    def renew(self, connector: C_contra, token: str, /) -> Grant:
        """Exchange a token that is still good for a new one; raises CallError if that cannot be."""

    def digest(self, connector: C_contra, /) -> str:
        """Tell one login from another without keeping its secrets."""
