"""A rule of alerts: the condition, its subjects, and the channels that are told."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AlertRule:
    """One rule, as configured; an option that its kind does not have keeps its default."""

    name: str
    rule: str  # its kind: error_share, stalled, ...
    channels: tuple[str, ...] = ()
    severity: str = "critical"
    enabled: bool = True
    connector: str | None = None  # None: the records of every connector
    destination: str | None = None
    after: float = 0  # seconds it must hold before it opens
    clear_after: float = 120  # seconds it must not hold before it closes
    remind: float = 14_400  # seconds between two messages while it is open; 0: one is enough
    above: float | None = None
    window: float = 900  # seconds
    at_least: int = 100  # rows
    code: str | None = None
