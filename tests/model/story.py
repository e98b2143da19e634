"""What was activated, and what the model knows of each activation."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.model.activation import Activation
from tests.model.records import AUDIENCE

RECIPIENTS = {"p4": "p3"}  # two profiles of one customer id; every other profile has its own
BEGINNING = datetime(2027, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """One activation; its values name its profile and its number, so that they are known anywhere."""

    number: int
    profile: str
    call_type: str
    columns: tuple[str, ...]
    moment: int  # when it happened; no two happened at once
    chosen: bool  # its id is its producer's

    @property
    def values(self) -> dict[str, str]:
        return dict.fromkeys(self.columns, f"{self.profile}.{self.number}")

    def row(self) -> dict[str, Any]:
        """Return it as a producer has it."""
        return {
            "audience": AUDIENCE,
            "profile_id": self.profile,
            "call_type": self.call_type,
            "identifiers": {"crm_id": recipient_of(self.profile)},
            "variables": {"number": self.number, **self.values},
            "occurred_at": (BEGINNING + timedelta(seconds=self.moment)).isoformat(),
            "id": f"chosen-{self.number}" if self.chosen else None,
        }


def recipient_of(profile: str) -> str:
    """Return the customer id that calls name for a profile."""
    return RECIPIENTS.get(profile, profile)


def is_shared(recipient: str) -> bool:
    """Tell whether several profiles have a recipient."""
    return recipient in RECIPIENTS.values()


class Story:
    """All activations so far."""

    def __init__(self) -> None:
        self.told: dict[int, Told] = {}
        self.landed: set[int] = set()  # for sure
        self.unordered: set[int] = set()  # appended at a time, and behind others, that are not known
        self.repeats: list[Sequence[Activation]] = []  # what its producer is to append again
        self.dead: list[list[Told]] = []  # the same, of producers that died and chose the ids
        self.replayed: Counter[int] = Counter()  # by a person, because nobody knew what became of it
        self.again: set[int] = set()  # replayed for whatever reason
        self.replaying = False  # a replay has stopped half-way

    def tell(self, profile: str, call_type: str, columns: tuple[str, ...], late: int, chosen: bool) -> Told:
        """Make an activation; a ``late`` one happened before as many others."""
        number = len(self.told) + 1
        found = Told(number, profile, call_type, columns, 10 * number - 10 * late - bool(late), chosen)
        while any(found.moment == other.moment for other in self.told.values()):
            found = Told(number, profile, call_type, columns, found.moment - 1, chosen)
        self.told[number] = found
        return found

    def moment(self, value: str) -> int:
        """Return when that happened which a value comes from."""
        return self.told[int(value.rpartition(".")[2])].moment


def numbers_in(text: str | bytes) -> list[int]:
    """Return the numbers of the activations that a row was made of, as far as it shows."""
    if isinstance(text, bytes):
        text = text.decode()
    variables = json.loads(text.rpartition("\0")[2])["variables"]
    values = [int(value.rpartition(".")[2]) for name, value in variables.items() if name != "number"]
    return values or [variables["number"]]
