"""Quota: one function of one connector, and how often it may be called."""

from dataclasses import dataclass

from pipeline.model.connector import Connector
from pipeline.records.kinds import kind_of, window_of


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
    burst: int = 0  # calls that may go at once after a quiet time
    share: float = 1.0  # of the calls of 24 hours that are ours, where the account counts by them
    ceiling: float = 1.0  # of these calls by anybody


def quota_of(connector: Connector, function: str, minute: float = 60.0) -> Quota:
    """Return the quota of one function; ``minute``: seconds that a minute of the limits has."""
    kind = kind_of(connector)
    return Quota(
        connector=connector.name,
        function=function,
        account=connector.account,
        max_in_flight=connector.max_in_flight,
        limit=connector.limits.get(function, 0),
        default=kind.default_limit(function),
        utilisation=connector.utilisation,
        window=window_of(connector, minute),
        burst=kind.burst,
        share=connector.share,
        ceiling=connector.ceiling,
    )
