"""The Responsys emulator as a process of its own, and what its ledger says."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import requests

from tests.processes import ROOT

MANY = 1_000_000  # calls per window: no limit that a test would meet


class Emulator:
    """A Responsys that can be stopped and started again, always at the same place with the same accounts."""

    def __init__(self, folder: Path, window: float, seed: int = 0) -> None:
        self.folder = folder
        self.options = ("--window", str(window), "--random-seed", str(seed))
        self.accounts: dict[str, dict[str, Any]] = {}
        self.port = 0
        self.open("nobody")
        self.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        seed = self.folder / "accounts.json"
        seed.write_text(json.dumps({"accounts": list(self.accounts.values())}))
        command = [sys.executable, "-m", "emulators.responsys", "--port", str(self.port), "--seed", str(seed)]
        with open(self.folder / "emulator.log", "a") as log:
            self.process = subprocess.Popen(
                [*command, *self.options],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line.startswith("responsys emulator on "), line
        self.port = int(line.rpartition(":")[2])

    def stop(self) -> None:
        """End it; whoever calls is refused the connection."""
        self.process.terminate()
        self.process.communicate(timeout=60)

    def open(self, name: str, *, events: bool = True, limit: int = MANY) -> None:
        """Open an account with a list that everybody is on and, unless told otherwise, an event."""
        self.accounts[name] = {
            "name": name,
            "users": {name: "secret"},
            "lists": [{"name": "CONTACTS_LIST", "any_recipient": True}],
            "events": ["LAPSED"] if events else [],
            "limits": {"triggerCustomEvent": limit},
        }
        if self.port:
            self.order("accounts", self.accounts[name])

    def order(self, name: str, body: Any) -> Any:
        """POST to the control API."""
        answer = requests.post(f"{self.url}/_control/{name}", json=body, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def report(self, name: str, /, **query: object) -> Any:
        """GET from the control API."""
        answer = requests.get(f"{self.url}/_control/{name}", params=query, timeout=120)
        assert answer.ok, answer.text
        return answer.json()

    def fault(self, account: str, kind: str, **rule: object) -> None:
        """Let one function of this account, its events unless named, go wrong from now on."""
        self.order("faults", [{"kind": kind, "account": account, "function": "triggerCustomEvent", **rule}])

    def violations(self) -> list[str]:
        """Return what was asked that nobody should ask."""
        return [each["reason"] for each in self.report("violations")["violations"]]

    def forgive(self) -> list[str]:
        """Return the violations that a test provoked, and forget them with all calls."""
        found = self.violations()
        self.order("reset", {"calls_only": True})
        return found

    def fired(self) -> int:
        """Count how often the fault struck."""
        return sum(rule["fired"] for rule in self.report("faults"))

    def struck(self) -> dict[str, int]:
        """Count how often each kind of fault struck, slowness apart."""
        found: Counter[str] = Counter()
        for rule in self.report("faults"):
            found[rule.get("errorCode") or f"{rule['kind']} {rule['when']}"] += rule["fired"]
        return {name: count for name, count in found.items() if count and not name.startswith("latency")}

    def calls(self, account: str) -> list[dict[str, Any]]:
        """Return the processed calls of an account with their rows, oldest first."""
        found: list[dict[str, Any]] = self.report("ledger", account=account, detail=1, limit=MANY)["calls"]
        return found

    def outcomes(self, account: str, function: str = "triggerCustomEvent") -> dict[str, int]:
        """Count all calls of a function by what became of them."""
        return {
            row["outcome"]: row["calls"]
            for row in self.report("summary")["calls"]
            if (row["account"], row["function"]) == (account, function)
        }

    def meter(self, account: str) -> dict[str, int]:
        """Return how near its limit an account's events came."""
        (found,) = [
            row
            for row in self.report("summary")["limits"]
            if (row["account"], row["function"]) == (account, "triggerCustomEvent")
        ]
        return found
