"""One audience and its way out, and the account of every activation that took it."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import redis
from sqlalchemy import Engine

from pipeline import Producer
from pipeline.settle import dead_letters
from pipeline.settle import statistics as stats
from pipeline.settle.dead_letters import DeadLetter, Filter
from tests.processes.emulator import Emulator

Mark = tuple[str, int]  # a profile, and the number of one of its activations


def activations(profiles: Iterable[str], number: int = 0) -> Iterator[dict[str, Any]]:
    """Make one activation per profile; the number says which of the profile's it is."""
    return (activation(profile, number) for profile in profiles)


def activation(profile: str, number: int) -> dict[str, Any]:
    """Make one activation."""
    return {
        "profile_id": profile,
        "call_type": "ADD",
        "identifiers": {"email": f"{profile}@example.com"},
        "variables": {"number": number},
    }


def people(count: int, first: int = 0) -> list[str]:
    """Name profiles."""
    return [f"p{n}" for n in range(first, first + count)]


@dataclass(frozen=True)
class LimitedAccount:
    """A destination; its audience and, unless one is named, its connector and account have its name too."""

    name: str
    broker_url: str
    client: redis.Redis
    engine: Engine
    emulator: Emulator
    connector: str = ""

    @property
    def account(self) -> str:
        """The connector, and the account of the same name."""
        return self.connector or self.name

    def activate(self, profiles: Iterable[str], number: int = 0, **options: Any) -> None:
        """Produce one activation per profile."""
        with Producer(broker_url=self.broker_url, **options) as producer:
            report = producer.activate_many(activations(profiles, number), audience=self.name)
        assert not report.errors

    def trickle(self, profiles: Iterable[str]) -> None:
        """Produce one activation per profile, one by one."""
        with Producer(broker_url=self.broker_url) as producer:
            for activation in activations(profiles):
                producer.activate(self.name, **activation)

    def waiting(self) -> int:
        """Count the rows between acceptance and their fate."""
        return int(self.client.hlen(f"rows:{self.name}") + self.client.zcard(f"parked:{self.name}"))

    def calls(self) -> list[int]:
        """Return the rows of each call that was processed."""
        found = self.emulator.report("ledger", account=self.account, limit=1_000_000)["calls"]
        return [call["recipients"] for call in found]

    def delivered(self) -> list[Mark]:
        """Return what the emulator did, in that order."""
        return [mark_of(row) for call in self.emulator.calls(self.account) for row in call["rows"]]

    def letters(self) -> list[DeadLetter]:
        """Return the dead letters."""
        return dead_letters.find_letters(self.engine, Filter(destination=self.name), most=1_000_000)

    def refused(self) -> dict[Mark, str]:
        """Return the codes of what became a dead letter."""
        return {mark_in(letter): letter.code for letter in self.letters()}

    def numbers(self) -> dict[str, int]:
        """Return what was counted."""
        counted = stats.read_statistics(self.client, self.engine, connector=self.account)
        return counted.get(stats.Where(self.account, self.name), {})

    def missing_from_books(self) -> int:
        """Return by how much what was received is more than what is known of it; 0 when the books balance."""
        numbers = Counter(self.numbers())
        counted = sum(numbers[name] for name in ("sent", "unchanged", "removed", "coalesced", "erased"))
        fates = counted + len(self.letters())
        return numbers["received"] - fates - self.waiting()


def mark_of(row: dict[str, Any]) -> Mark:
    """Read which activation one row of a call was."""
    return row["optionalData"]["profileId"], int(row["optionalData"]["number"])


def mark_in(letter: DeadLetter) -> Mark:
    """Read which activation a dead letter was."""
    return letter.profile_id, json.loads(letter.activation)["variables"]["number"]
