"""A pair: two sides; the variables that both have are kept equal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Owner = Literal["salesforce", "responsys", "ask"]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One pair, as configured."""

    name: str
    salesforce: tuple[str, ...]  # sources of Salesforce
    responsys: str  # a source of members
    fields: Mapping[str, Owner]  # variable to the side that wins when both have changed; "ask": a person
    settle: float = 900  # seconds, longer than a write may take
    mode: Literal["live", "watch"] = "watch"
    label: str | None = None
    description: str | None = None

    @property
    def watches(self) -> bool:
        """Whether it compares and lists, and writes nothing."""
        return self.mode == "watch"

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources of both sides."""
        return (*self.salesforce, self.responsys)
