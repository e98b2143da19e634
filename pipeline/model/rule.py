"""A rule: when a record of a stream is so, its person enters an audience."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from pipeline.model.record_condition import AllOf

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class EntryLimit:
    """The most entries of a person within ``per`` seconds, by one rule or by all."""

    entries: int
    per: float
    over_all: bool = False


@dataclass(frozen=True)
class Score:
    """Points of a person's events within ``within`` seconds; a rule fires when their sum is reached."""

    points: Mapping[str, float]  # by type of event
    within: float
    reaches: float


@dataclass(frozen=True)
class OpeningHours:
    """The hours at which people enter; ``closes`` is the first minute after them, None: midnight."""

    days: frozenset[int]  # 0: Monday
    opens: time
    closes: time | None
    zone: ZoneInfo

    def are_open(self, now: datetime) -> bool:
        """Tell whether ``now`` is within them."""
        local = now.astimezone(self.zone)
        clock = local.time()
        return (
            local.weekday() in self.days
            and self.opens <= clock
            and (self.closes is None or clock < self.closes)
        )


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule, as configured."""

    name: str
    source: str
    audience: str
    on: Literal["new", "change"] = "change"
    when: AllOf = field(default_factory=lambda: AllOf(()))
    current: AllOf | None = None  # of the record as it is now; None: not asked
    active_for: float = 0  # seconds that an entry lasts; 0: a person is never in it already
    group: str = ""
    priority: float = 0  # within the group
    busy: Literal["wait", "leave"] = "wait"
    again_after: float | None = None  # seconds; None: never
    only_if: dict[str, tuple[str, ...]] = field(default_factory=dict)  # columns of Responsys
    most: EntryLimit | None = None
    hours: OpeningHours | None = None
    once: tuple[str, ...] = ()  # columns of events: a person enters once by their values; (): by each event
    score: Score | None = None  # None: each event is looked at by itself
    existing: bool = False  # whether records of a source's first reading enter
    mode: Literal["live", "watch"] = "live"
    label: str | None = None
    description: str | None = None

    @property
    def watches(self) -> bool:
        """Whether it decides and sends nothing."""
        return self.mode == "watch"
