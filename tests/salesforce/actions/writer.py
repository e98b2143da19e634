"""A worker of this process that writes into an org of the emulator, by the whole way of an activation."""

from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from typing import Any

import requests

from pipeline.lanes.quota import Quota
from pipeline.model.shard import SHARDS
from pipeline.produce.producer import Producer
from pipeline.records import mirror
from pipeline.runtime.worker import Worker
from pipeline.settle import dead_letters
from pipeline.settle import statistics as stats
from pipeline.settle.dead_letters import Filter
from tests.emulators.salesforce.conftest import APP, Salesforce
from tests.salesforce.actions.configuration import loaded

FUNCTION = "calls"
NAMES = (f"destination-{number}" for number in count())


def change(profile: str = "p1", call_type: str = "ADD", **variables: Any) -> dict[str, Any]:
    """Describe a change; identifiers are told by their names."""
    identifiers = {
        name: variables.pop(name) for name in ("salesforce_id", "riid", "email") if name in variables
    }
    own = {name: variables.pop(name) for name in ("id", "occurred_at") if name in variables}
    return {
        "profile_id": profile, "call_type": call_type, "identifiers": identifiers,
        "variables": variables, **own,
    }  # fmt: skip


class Writer:
    """One destination at a time, and what becomes of the rows that it is sent."""

    def __init__(self, worker: Worker, org: Salesforce) -> None:
        self.worker = worker
        self.org = org
        self.name = ""

    def configure(self, action: str, mappings: Mapping[str, Any] | None = None, **options: Any) -> None:
        """Use a new destination."""
        self.name = next(NAMES)
        connector = {
            "kind": "salesforce", "host": self.org.url, "client_id": APP["client_id"],
            "client_secret": APP["client_secret"], "riid_field": "Responsys_RIID__c", "share": 1.0,
            "zone": "Europe/Paris",
        }  # fmt: skip
        destination = {"audience": self.name, "connector": "crm", "action": f"salesforce_{action}", **options}
        self.worker.records.apply(
            loaded({
                "connectors": {"crm": connector},
                "mappings": mappings or {},
                "destinations": {self.name: destination},
            }),
            prune=True,
        )  # fmt: skip
        mirror.refresh(self.worker.client, self.worker.records)
        self.org.order("reset", {"calls_only": True})
        self.due()  # logins are counted, and each test has one

    def send(self, *changes: dict[str, Any]) -> None:
        """Let changes be accepted."""
        with Producer(self.worker.broker_url) as producer:
            producer.activate_many([{**each, "audience": self.name} for each in changes])
        for shard in range(SHARDS):
            self.worker.acceptance.accept(shard)
        self.worker.lanes.flush(self.name)

    def deliver(self, *changes: dict[str, Any], steps: int = 100) -> list[str]:
        """Send changes, and do the steps of batches until nothing may go; return the reports."""
        if changes:
            self.send(*changes)
        reports: list[str] = []
        while len(reports) < steps and (claimed := self.claim()):
            reports.append(self.worker.delivery.deliver(*claimed).text)
        return reports

    def claim(self) -> tuple[str, int] | None:
        """Claim a batch whose time has come, whatever the limits say."""
        account = self.worker.catalog.newest().connectors["crm"].account
        quota = Quota("crm", FUNCTION, account, 100, limit=1_000_000, utilisation=1.0)
        claimed = self.worker.lanes.claim(quota)
        return (claimed.batch, claimed.attempt) if isinstance(claimed, tuple) else None

    def due(self) -> None:
        """Let the time until the next try, and every pause, pass."""
        client = self.worker.client
        for key in client.scan_iter("retry:crm:*"):
            for batch in client.zrange(key, 0, -1):
                client.zadd(key, {batch: 1})
        for pattern in ("limit:*", "capacity:*", "allowances:*", "told:*", "calls:*:login"):
            for key in client.scan_iter(pattern):
                client.delete(key)

    def die(self, *changes: dict[str, Any], steps: int) -> None:
        """Do so many steps, then claim the next and never come back."""
        self.deliver(*changes, steps=steps)
        batch, attempt = self.claim()
        self.lapse(batch, attempt)

    def lapse(self, batch: str, attempt: int) -> None:
        """Let the lease of a batch end, as if its worker were gone."""
        self.worker.client.zadd("flying:crm", {batch: 1})
        for lapsed in self.worker.lanes.leases.lapsed("crm"):
            self.worker.delivery.deliver(*lapsed)

    def letters(self) -> list[tuple[str, str, str]]:
        """Return the dead letters as profile, code and detail."""
        found = dead_letters.find_letters(self.worker.engine, Filter(destination=self.name))
        return sorted((letter.profile_id, letter.code, letter.detail) for letter in found)

    def numbers(self) -> dict[str, int]:
        """Return what is counted of the destination."""
        found = stats.read_statistics(self.worker.client, self.worker.engine)
        counted = found[stats.Where("crm", self.name)].items()
        return {key: value for key, value in counted if value and key in ("received", "sent", "unchanged")}

    def hold(self) -> str | None:
        """Return why the destination is held."""
        hold = self.worker.records.load().holds.get(("destination", self.name))
        return hold and f"{hold.code}: {hold.detail}"

    def calls(self) -> list[str]:
        """Return the calls that the org answered, by function; logins and limits apart."""
        counts = self.org.ask("summary")["calls"]
        return sorted(
            call["function"]
            for call in counts
            for _ in range(call["calls"])
            if call["function"] not in ("login", "limits") and call["outcome"] != "INVALID_SESSION_ID"
        )

    def close(self) -> None:
        """End the worker."""
        with suppress(requests.RequestException):
            self.org.http.close()
