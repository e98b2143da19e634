"""Two emulated systems with linked people, and a worker in this process between them.

It is configured by the example of all recipes, applied by the command.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from click.testing import Result

from pipeline.cli import main
from pipeline.lanes.quota import Quota
from pipeline.model.shard import SHARDS
from pipeline.runtime.worker import Worker
from pipeline.settings import Settings
from pipeline.stores.embedded import embedded_server
from tests.emulators.conftest import Emulator, running
from tests.emulators.salesforce.conftest import Salesforce, running_org
from tests.fixtures.commands import CommandRunner
from tests.records.both_systems import EXAMPLE

QUOTAS = (
    ("crm", "calls"),
    ("acme", "mergeListMembers"),
    ("acme", "triggerCustomEvent"),
    ("acme", "mergeSupplementalTableMembers"),
    ("acme", "deleteSupplementalTableMember"),
)
MOMENT = 0.05  # seconds between two looks for a batch that may go
UPPER = 10  # seconds of the org's clock after which what was written is read
COLUMNS = {"TITLE": "STR255", "PHONE": "STR50", "FIRST_NAME": "STR50"}


def example(org: str, responsys: str, *further: tuple[str, str]) -> str:
    """Return the example's configuration with the addresses of two emulators, and further changes."""
    changes = (
        ("https://acme.my.salesforce.com", org),
        ("https://login5.responsys.net", responsys),
        ("3MVG9EXAMPLE", "3MVG9LOCAL"),
        ('password = "s"', 'password = "secret"'),
        ("share = 0.25", "share = 1.0"),
        *further,
    )
    text = EXAMPLE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


@contextmanager
def linked_systems(folder: Path, *changes: tuple[str, str]) -> Iterator["LinkedSystems"]:
    """Start both emulators, a Redis and a worker; ``changes``: of the example's text."""
    with (
        running("--window", "1000000000") as url,
        running_org() as host,
        embedded_server(folder / "redis") as broker,
    ):
        environ = {
            "ACTIVATION_DATA_DIR": str(folder),
            "ACTIVATION_BROKER_URL": broker,
            "ACTIVATION_READ_TIMEOUT": "10",
            "CRM_SECRET": "local-secret",
        }
        org, responsys, worker = Salesforce(host), Emulator(url), Worker(Settings.load(environ))
        with org.http, responsys.http:
            found = LinkedSystems(worker, org, responsys, environ)
            found.apply(folder, *changes)
            yield found
        worker.doorbell.close()
        worker.client.close()
        worker.engine.dispose()
        worker.events.dispose()
        worker.clients.close()


class LinkedSystems:
    """Moves what was edited on one side to the other, step by step."""

    def __init__(self, worker: Worker, org: Salesforce, responsys: Emulator, environ: dict[str, str]) -> None:
        self.worker, self.org, self.responsys, self.environ = worker, org, responsys, environ
        self._ahead = 0

    def apply(self, folder: Path, *changes: tuple[str, str]) -> None:
        """Apply the configuration, with the columns and fields that it names."""
        file = folder / "activation.toml"
        file.write_text(example(self.org.url, self.responsys.url, *changes))
        lists = [{"name": "CONTACTS_LIST", "folder": "Main", "fields": COLUMNS}]
        self.org.order("behaviour", {"daily_maximum": 100_000_000})
        self.responsys.order("lists", {"lists": lists})
        self.org.order("fields", {"object": "Lead", "add": ["Interest__c string(20)"]})
        self.run("apply", str(file))

    def run(self, *words: str) -> Result:
        """Run a command, which must end well."""
        result = CommandRunner(env=self.environ).invoke(main, list(words))
        assert result.exit_code == 0, result.stderr
        return result

    def told(self, *words: str) -> Any:
        """Return what a command prints as JSON."""
        return json.loads(self.run(*words, "--json").stdout)

    def people(self, *names: str, **fields: Any) -> list[tuple[str, int]]:
        """Link new people, contacts with members of the same values; return both ids of each."""
        made = []
        for number, name in enumerate(names, start=300_000_000 + len(self.org.ids("Contact"))):
            own = {"Email": f"{name}@example.com", "LastName": name, **fields}
            [contact] = self.org.load("Contact", {**own, "Responsys_RIID__c": str(number)})
            self.load_member(number, own["Email"], TITLE=fields.get("Title"), PHONE=fields.get("Phone"))
            made.append((contact, number))
        self.settle()
        return made

    def edit(self, contact: str, **fields: Any) -> None:
        """Let a person edit a contact in Salesforce."""
        self.org.edit("Contact", contact, **fields)

    def edit_member(self, riid: int, **columns: Any) -> None:
        """Let a person edit a member in Responsys."""
        known = self.columns(riid)
        fields = {name: known.get(name) for name in COLUMNS} | columns
        self.load_member(riid, known["EMAIL_ADDRESS_"], **fields)

    def load_member(self, riid: int, email: str, **columns: Any) -> None:
        """Add a member to the list, or put another in its place."""
        self.responsys.order("members", {"members": [{"riid": riid, "email": email, "fields": columns}]})

    def contact(self, contact: str) -> dict[str, Any]:
        """Return a contact as Salesforce holds it."""
        return self.org.record(contact, "Contact")

    def columns(self, riid: int) -> dict[str, Any]:
        """Return a member as Responsys holds it."""
        [member] = self.responsys.ask(f"members?riid={riid}")["members"]
        return member

    def read(self, *sources: str) -> list[str]:
        """Run sources, those of both sides if none is named, and return what they say."""
        self.ahead()
        return [self.worker.run_source(name) for name in sources or ("leads", "contacts", "members")]

    def ahead(self) -> None:
        """Let what was written in the org be old enough to be read."""
        self._ahead += UPPER
        self.org.order("clock", {"ahead": self._ahead})

    def deliver(self) -> int:
        """Accept and deliver all that waits, take the verdicts over, and return the number of rows sent."""
        for shard in range(SHARDS):
            self.worker.acceptance.accept(shard)
        for name in self.worker.catalog.newest().destinations:
            self.worker.lanes.flush(name)
        rows = sum(self._deliver(quota) for quota in self._quotas())
        self.worker.take_notes()
        return rows

    def _deliver(self, quota: Quota) -> int:
        """Do the steps of a connector's batches, and return the rows of those that ended."""
        rows = 0
        while (claimed := self.worker.lanes.claim(quota)) is not None:
            if not isinstance(claimed, tuple):
                self._wait(quota.connector, claimed)
                continue
            batch = self.worker.lanes.batch(claimed.batch)
            self.worker.delivery.deliver(claimed.batch, claimed.attempt)
            has_ended = self.worker.lanes.batch(claimed.batch) is None
            rows += batch.rows if batch is not None and has_ended else 0
        return rows

    def _wait(self, connector: str, seconds: float) -> None:
        """Wait until the next call may go; a batch that is tried again later is due at once."""
        client = self.worker.client
        for batch in client.zrange(f"retry:{connector}", 0, -1):
            client.zadd(f"retry:{connector}", {batch: 1})
        time.sleep(min(seconds, MOMENT))

    def _quotas(self) -> Iterator[Quota]:
        connectors = self.worker.catalog.newest().connectors
        for name, function in QUOTAS:
            account = connectors[name].account
            yield Quota(name, function, account, 100, limit=1_000_000_000, utilisation=1.0)

    def settle(self, most: int = 10) -> int:
        """Read and deliver until nothing is written any more; return the rows that were written."""
        rows = 0
        for _ in range(most):
            self.read()
            now = self.deliver()
            rows += now
            if not now:
                return rows
        raise AssertionError("it does not come to rest")

    @contextmanager
    def automation(self, does: str) -> Iterator[None]:
        """Let a flow of Salesforce rewrite titles of contacts for as long as the context lasts."""
        self.org.order("settings", {"automations": [{"object": "Contact", "field": "Title", "does": does}]})
        yield
        self.org.order("settings", {"automations": []})

    def differences(self) -> Sequence[dict[str, Any]]:
        """Return what `pairs diff` lists."""
        found: Sequence[dict[str, Any]] = self.told("pairs", "diff", "person")["differences"]
        return found
