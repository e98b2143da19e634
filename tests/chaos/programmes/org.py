"""The emulated org of the run, as a process: leads and deals in it, and the trouble that it makes."""

import random
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import requests

from tests.processes import ROOT

AT_ONCE = 2_000  # records of an order
READS = ("query", "queryAll", "login")
# Each strikes once in any case and then with this probability.
TROUBLE: tuple[tuple[float, dict[str, Any]], ...] = (
    (0.02, {"kind": "html", "status": 503}),
    (0.02, {"kind": "close"}),
    (0.02, {"kind": "close", "when": "after"}),
    (0.02, {"kind": "truncate"}),
    (0.01, {"kind": "hang", "when": "after"}),
    (0.02, {"kind": "expire_token"}),
    (0.01, {"kind": "error", "errorCode": "QUERY_TIMEOUT"}),
    (0.01, {"kind": "error", "errorCode": "SERVER_UNAVAILABLE", "status": 503}),
)


class ChaosOrg:
    """A running emulator."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "emulators.salesforce", "--port", "0"]
        with open(folder / "org.log", "w") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.process.stdout
        self.url = self.process.stdout.readline().split()[-1]
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers["Connection"] = "close"  # an order must not meet a connection that ends
        self.listening = threading.Thread(target=self.process.stdout.read, daemon=True)
        self.listening.start()
        self.order("behaviour", {"daily_maximum": 100_000_000, "keep_bodies": False})

    def close(self) -> None:
        """End it."""
        self.http.close()
        self.process.terminate()
        self.process.wait(30)
        self.listening.join()
        self.process.stdout.close()

    def order(self, name: str, body: Any) -> Any:
        """POST to the control API."""
        answer = self.http.post(f"{self.url}/_control/{name}", json=body, timeout=300)
        assert answer.ok, answer.text
        return answer.json()

    def report(self, name: str) -> Any:
        """GET from the control API."""
        answer = self.http.get(f"{self.url}/_control/{name}", timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def load(self, table: str, records: Sequence[dict[str, Any]]) -> list[str]:
        """Store records, and return their ids."""
        found: list[str] = []
        for first in range(0, len(records), AT_ONCE):
            body = {"object": table, "records": records[first : first + AT_ONCE]}
            found += self.order("load", body)["ids"]
        return found

    def open_deals(self, count: int) -> list[str]:
        """Make so many deals an hour ago, each with a contact of its own, and return their ids."""
        self.order("clock", {"ahead": -3_600})
        contacts = self.load("Contact", [
            {"FirstName": "Ann", "LastName": f"Lee{n}", "Email": deal_address(n)} for n in range(count)
        ])  # fmt: skip
        deal = {"StageName": "Prospecting", "CloseDate": "2027-01-31"}
        deals = self.load("Opportunity", [{"Name": f"Deal {n}", **deal} for n in range(count)])
        self.load("OpportunityContactRole", [
            {"OpportunityId": deals[n], "ContactId": contacts[n], "IsPrimary": True} for n in range(count)
        ])  # fmt: skip
        self.order("clock", {"ahead": 0})
        return deals

    def make_trouble(self, seed: int) -> None:
        """Let everything go wrong with readings and logins, once and then now and again."""
        self.order("faults", list(misfortunes(seed)))

    def struck(self) -> int:
        """Count how often a fault struck."""
        return sum(rule["fired"] for rule in self.report("faults"))

    def violations(self) -> list[str]:
        """Return what was asked that nobody should ask."""
        return [each["reason"] for each in self.report("violations")["violations"]]


def misfortunes(seed: int) -> Iterator[dict[str, Any]]:
    """Draw the faults of all calls that read."""
    dice = random.Random(f"{seed} org")
    for function in READS:
        for probability, rule in TROUBLE:
            yield {**rule, "function": function, "after": dice.randrange(2, 20), "times": 1}
            yield {**rule, "function": function, "probability": probability}


def lead_address(number: int) -> str:
    """Return the address of a lead."""
    return f"lead{number}@example.com"


def deal_address(number: int) -> str:
    """Return the address of the contact of a deal."""
    return f"deal{number}@example.com"
