"""The Responsys emulator, as the judge: what it has not accepted does not count."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import requests

from bench.processes import Processes

COMMAND = ("-m", "emulators.responsys", "--port", "0", "--any-recipient")
UNLIMITED = ("triggerCustomEvent", "mergeSupplementalTableMembers")
POLL = 0.1  # seconds


class Stuck(Exception):
    """What was waited for did not happen."""


class Emulator:
    """A running emulator."""

    def __init__(self, processes: Processes, events: list[str], options: Sequence[str] = ()) -> None:
        limits = [option for function in UNLIMITED for option in ("--limit", f"{function}=1000000000")]
        known = [option for event in events for option in ("--event", event)]
        process = processes.start("emulator", [*COMMAND, *limits, *known, *options])
        self.url = process.stdout.readline().split()[-1]
        threading.Thread(target=process.stdout.read, daemon=True).start()
        self._session = requests.Session()
        self.order("behaviour", {"keep_bodies": False})

    def accepted(self) -> int:
        """Return how many rows were accepted since ``forget``."""
        return self.ask("summary")["recipients"]["accepted"]

    def calls(self, account: str = "") -> list[dict[str, Any]]:
        """Return the calls since ``forget``, of one account or of all: time, function, target, recipients."""
        return self.ask(f"ledger?limit=1000000000&account={account}")["calls"]

    def rejected(self, account: str) -> int:
        """Return how many calls of an account were refused for their limit, since ``forget``."""
        return sum(each["throttled"] for each in self.ask("summary")["limits"] if each["account"] == account)

    def fullest(self, account: str, function: str) -> int:
        """Return how many calls the fullest window had, wherever it began."""
        of = (account, function)
        found = [each for each in self.ask("summary")["limits"] if (each["account"], each["function"]) == of]
        return found[0]["peak_sliding"] if found else 0

    def open(
        self, account: str, events: list[str], limits: dict[str, int], columns: Sequence[str] = ()
    ) -> None:
        """Open an account with a list that everybody is on."""
        members = {"any_recipient": True, "fields": dict.fromkeys(columns, "STR500")}
        self.order("accounts", {
            "name": account, "users": {account: "secret"}, "events": events, "limits": limits,
            "lists": [{"name": "CONTACTS_LIST", **members}], "campaigns": [{"name": "WELCOME"}],
        })  # fmt: skip

    def forget(self) -> None:
        """Begin to count again."""
        self.order("reset", {"calls_only": True})

    def wait_for(self, rows: int, timeout: float) -> None:
        """Wait until that many rows were accepted."""
        wait_until(lambda: self.accepted() >= rows, timeout, lambda: f"{self.accepted():,} of {rows:,} rows")

    def ask(self, report: str) -> Any:
        """Return a report of the control API."""
        return self._session.get(f"{self.url}/_control/{report}", timeout=60).json()

    def order(self, name: str, body: Any) -> None:
        """POST to the control API."""
        self._session.post(f"{self.url}/_control/{name}", json=body, timeout=60).raise_for_status()


def wait_until(
    happened: Callable[[], object], timeout: float, state: Callable[[], str], poll: float = POLL
) -> None:
    """Wait until something has happened; raise Stuck with the state of things when it takes too long."""
    deadline = time.monotonic() + timeout
    while not happened():
        if time.monotonic() > deadline:
            raise Stuck(f"after {timeout:.0f} s: {state()}")
        time.sleep(poll)
