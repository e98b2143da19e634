"""Salesforce: contacts read from an emulated org into the intake, by the command that an operator runs."""

import json
import os
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from bench.crm import crm_file
from bench.finding import Finding
from bench.operator_command import activation, measured
from bench.processes import Processes
from bench.size import Size
from pipeline.runtime.stores import open_stores

PAGE = 2_000  # records of an answer
CONFIGURATION = """
[mappings.person]
first_name = { salesforce = "FirstName", length = 40, form = ["trim"] }
last_name = { salesforce = "LastName", length = 80, form = ["trim"] }
email = { salesforce = "Email", type = "email" }
title = { salesforce = "Title", length = 128, form = ["trim", "squeeze"] }
[sources.contacts]
kind = "salesforce"
connector = "crm"
object = "Contact"
mapping = "person"
every = 60
audience = "people"
overlap = 0                                 # all were just made; by and by they are older than the overlap
"""
FIELDS = {"FirstName": "Ann", "LastName": "Lee {n}", "Email": "p{n}@example.com", "Title": "Title {n}"}


@dataclass(frozen=True)
class Reading:
    """The costs of one run of the source."""

    seconds: float
    memory: float  # MiB, the most of all runs up to this one
    calls: int
    sent: int


@dataclass(frozen=True)
class Org:
    """A running emulator."""

    url: str

    @classmethod
    def start(cls, processes: Processes) -> "Org":
        """Start it on a free port; nobody reaches its daily maximum."""
        process = processes.start("emulator", ["-m", "emulators.salesforce", "--port", "0"])
        org = cls(process.stdout.readline().split()[-1])  # type: ignore[union-attr]
        threading.Thread(target=process.stdout.read, daemon=True).start()  # type: ignore[union-attr]
        org.order("behaviour", {"daily_maximum": 100_000_000, "keep_bodies": False})
        return org

    def order(self, name: str, body: dict[str, Any]) -> None:
        """Give an order to its control API."""
        requests.post(f"{self.url}/_control/{name}", json=body, timeout=600).raise_for_status()

    def ask(self, report: str) -> dict[str, Any]:
        """Return a report of its control API."""
        told: dict[str, Any] = requests.get(f"{self.url}/_control/{report}", timeout=60).json()
        return told

    def calls_of(self, *functions: str) -> int:
        """Return the calls so far whose function begins so."""
        lines = self.ask("summary")["calls"]
        return sum(line["calls"] for line in lines if (line["function"] or "").startswith(functions))

    def reads(self) -> int:
        """Return the calls that read records, so far."""
        return self.calls_of("query")


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Read all contacts, read them again, and look for changes where there are none."""
    with tempfile.TemporaryDirectory(prefix="bench-salesforce-") as name:
        folder = Path(name)
        processes = Processes(folder)
        try:
            return list(read(processes, folder, size.records, say))
        finally:
            processes.stop()


def read(processes: Processes, folder: Path, records: int, say: Callable[[str], None]) -> list[Finding]:
    """Run the command three times against one org."""
    org = Org.start(processes)
    say(f"{records:,} contacts")
    org.order("load", {"object": "Contact", "range": {"count": records, "fields": FIELDS}})
    environment = {
        "ACTIVATION_DATA_DIR": str(folder / "data"),
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
    }
    with open_stores(environment) as stores:
        environment["ACTIVATION_BROKER_URL"] = stores.broker_url
        file = folder / "activation.toml"
        file.write_text(crm_file(org.url) + CONFIGURATION)
        activation(environment, "apply", str(file))
        found = {}
        for what, options in (("first", ()), ("again", ("--full",)), ("poll", ())):
            say(what)
            found[what] = run(environment, org, *options)
    return findings(found, records)


def run(environment: dict[str, str], org: Org, *options: str) -> Reading:
    """Run the source once."""
    before = org.reads()
    cost = measured(environment, "sync", "--source", "contacts", "--json", *options)
    sent = json.loads(cost.printed)["sent"]
    return Reading(cost.seconds, cost.memory, org.reads() - before, sent)


def findings(found: dict[str, Reading], records: int) -> list[Finding]:
    """Return rates, calls and memory."""
    first, again, poll = found["first"], found["again"], found["poll"]
    assert first.sent == records
    assert again.sent == poll.sent == 0
    pages = -(-records // PAGE)
    note = f"{first.calls} calls for {pages} pages, start of the process included"
    return [
        Finding("contacts read first", records / first.seconds, "records/s", note, "≥ 8,000"),
        Finding("the same again in full", records / again.seconds, "records/s", "nothing sent", "≥ 15,000"),
        Finding("a poll with nothing new", float(poll.calls), "calls", f"{poll.seconds:.1f} s", "1"),
        Finding("memory of a reading", first.memory, "MiB", "the most", "≤ 150"),
    ]
