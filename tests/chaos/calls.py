"""What the emulator did, call by call, and which activations each call was about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.chaos.accounts import EVENT, LIST, SEGMENTS, Way
from tests.processes.limited_account import Mark, mark_of


@dataclass(frozen=True)
class Call:
    """One processed call: seconds since the epoch, its rows, and the fault that spoilt its answer.

    ``waited``: seconds between its arrival and its processing.
    """

    time: float
    marks: tuple[Mark, ...]
    lost: str | None
    waited: float = 0

    @property
    def arrived(self) -> float:
        """When it arrived: before a worker can say that its outcome is unknown, unlike its processing."""
        return self.time - self.waited


def calls_of(way: Way) -> list[Call]:
    """Return the calls that tell which activations arrived, oldest first."""
    read = mark_of if way.functions[0] == EVENT else mark_of_member
    return [
        Call(
            call["time"],
            tuple(read(row) for row in call["rows"]),
            call["lost"],
            waited=call["time"] - call["arrived"],
        )
        for call in way.limited_account.emulator.calls(way.limited_account.account)
        if call["function"] == way.functions[0]
    ]


def times_of(way: Way) -> list[float]:
    """Return when calls of this destination were processed, of all its steps."""
    found = way.limited_account.emulator.report(
        "ledger", account=way.limited_account.account, limit=1_000_000
    )["calls"]
    return [call["time"] for call in found if call["function"] in way.functions]


def made(way: Way) -> int:
    """Count the calls that were made, whatever became of them."""
    return sum(
        sum(way.limited_account.emulator.outcomes(way.limited_account.account, function).values())
        for function in way.functions
    )


def mark_of_member(row: Mapping[str, Any]) -> Mark:
    """Read which activation one record of a merge was."""
    fields = row["fields"]
    return fields["EMAIL_ADDRESS_"].partition("@")[0], int(fields["SEQ"])


def members(way: Way) -> dict[str, int]:
    """Return what the list and the table say in the end: of each member the number, -1 for half of it."""
    emulator, account = way.limited_account.emulator, way.limited_account.account
    asked = {"account": account, "list": LIST, "limit": 10_000_000}
    listed = emulator.report("members", **asked, fs="EMAIL_ADDRESS_,SEQ")["members"]
    table = emulator.report("extension", **asked, name=SEGMENTS)["rows"]
    flagged = {row["EMAIL_ADDRESS_"] for row in table if row.get("MEMBERS") == "1"}
    return {
        row["EMAIL_ADDRESS_"].partition("@")[0]: int(row["SEQ"]) if row["EMAIL_ADDRESS_"] in flagged else -1
        for row in listed
        if row["SEQ"] is not None
    }
