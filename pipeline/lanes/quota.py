"""The way out of a connector for one of its functions."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Gate:
    """What a batch passes on its way out: one function of one connector, with its limits."""

    connector: str
    function: str
    account: str
    max_in_flight: int = 4
    limit: int = 0  # calls per window set for the connector; 0: what the account says
    default: int = 200  # calls per window when the account has not said
    utilisation: float = 0.95
    window: float = 60.0  # seconds
