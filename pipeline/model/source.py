"""A source: a query on a schedule; its result is a snapshot of an audience."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Source:
    """One source, as configured."""

    name: str
    audience: str
    url: str = field(repr=False)  # SQLAlchemy's; holds a password; "": the events store
    query: str  # ":now" is the time of the run
    every: float  # minutes
    columns: Mapping[str, str] = field(default_factory=dict)  # of the result, to fields of an activation
    max_leaving: float = 20  # percent
    enabled: bool = True
    label: str | None = None  # shown to people beside the name
    description: str | None = None
    of_events: bool = False  # it reads the events store, whose times are text
