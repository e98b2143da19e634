"""Quota: one function of one connector, and how often it may be called."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quota:
    """The limits of one function of one connector; a batch is claimed together with a permit of its quota."""

    connector: str
    function: str
    account: str
    max_in_flight: int = 4
    limit: int = 0  # calls per window set for the connector; 0: the account's own answer
    default: int = 200  # calls per window when the account has not said
    utilisation: float = 0.95
    window: float = 60.0  # seconds
