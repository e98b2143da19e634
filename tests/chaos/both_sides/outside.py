"""Outside systems as processes: an org of Salesforce and a server with event files."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.emulators.sftp.conftest import SftpEmulator, serving
from tests.processes import ROOT

TIMEOUT = 60  # seconds


class EmulatedOrg:
    """The control of a Salesforce emulator."""

    def __init__(self, url: str) -> None:
        self.url = url

    def order(self, name: str, body: Any) -> Any:
        """POST to the control API."""
        answer = requests.post(f"{self.url}/_control/{name}", json=body, timeout=TIMEOUT)
        assert answer.ok, answer.text
        return answer.json()

    def report(self, name: str, **query: str) -> Any:
        """GET from the control API."""
        answer = requests.get(f"{self.url}/_control/{name}", params=query, timeout=TIMEOUT)
        assert answer.ok, answer.text
        return answer.json()

    def people(self) -> list[tuple[str, dict[str, Any]]]:
        """Return all leads and contacts that are there, with the names of their objects."""
        return [
            (name, record)
            for name in ("Lead", "Contact")
            for record in self.report("records", object=name)["records"]
            if not record.get("IsDeleted") and not record.get("IsConverted")
        ]

    def edit(self, table: str, record: str, **fields: Any) -> None:
        """Change a record as a human does."""
        self.order("edit", {"object": table, "id": record, "fields": fields})

    def violations(self) -> list[str]:
        """Return the rules that were broken."""
        return [one["reason"] for one in self.report("violations")["violations"]]


@contextmanager
def emulated_org(seed: int) -> Iterator[EmulatedOrg]:
    """Start an org, and end it."""
    command = [sys.executable, "-m", "emulators.salesforce", "--port", "0", "--random-seed", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        url = process.stdout.readline().split()[-1]
        threading.Thread(target=process.stdout.read, daemon=True).start()
        try:
            yield EmulatedOrg(url)
        finally:
            process.terminate()


@contextmanager
def event_server(folder: Path) -> Iterator[SftpEmulator]:
    """Start a server without files, and end it."""
    with serving(folder, "--files", "0") as emulator:
        yield emulator
