"""E-mails with lost answers, event files of what was really sent, and what the look-up makes of both."""

import time
from collections import Counter
from typing import Any

from tests.emulators.sftp.conftest import SftpEmulator
from tests.processes.actions.company import Company, member, person

SEND = "mergeTriggerEmail"
ACCOUNT = "1234"
IMPORT = """
[connectors.{name}-files]
kind = "responsys_sftp"
host = "127.0.0.1"
port = {port}
username = "acme_scp"
private_key = {{ file = "{keys}/client_key" }}
folder = "download"
host_key = "{host_key}"

[imports.{name}-events]
connector = "{name}-files"
ready = "none"
late_after = 0.001
"""


class Mail:
    """A company that sends e-mails, and imports the files of their events."""

    def __init__(self, company: Company, sftp: SftpEmulator) -> None:
        self.company, self.sftp = company, sftp
        values = {"port": sftp.port, "keys": sftp.data / "keys", "name": company.name}
        text = IMPORT.format(host_key=sftp.summary()["host_key"], **values)
        file = company.environment.folder / f"{company.name}-files.toml"
        file.write_text(text)
        company.run("apply", str(file))

    def lose(self, share: float) -> None:
        """Let that share of the answers be lost, half of them with their calls."""
        fault = {"kind": "close", "function": SEND, "account": self.company.name}
        self.company.faults(
            {**fault, "when": "after", "probability": share / 2},
            {**fault, "when": "before", "probability": share / 2},
        )

    def write_files(self) -> None:
        """Write what was sent since the last time into a file."""
        order = {"outbox": self.company.emulator.url, "responsys_account": self.company.name}
        self.sftp.order("outbox", **order)

    def take(self) -> None:
        """Import the files that there are, which looks letters up."""
        self.company.run("imports", "run", f"{self.company.name}-events")

    def letters(self, *options: str) -> list[dict[str, Any]]:
        """Return dead letters."""
        own = ("--connector", self.company.name, "--limit", "100000")
        found: list[dict[str, Any]] = self.company.tell("dead-letters", "list", *own, *options)[
            "dead_letters"
        ]
        return found

    def outbox(self) -> Counter[str]:
        """Count the e-mails that were really sent, by address."""
        counted: Counter[str] = Counter()
        while True:
            offset = counted.total()
            page = self.company.emulator.report("outbox", account=self.company.name, offset=str(offset))
            if not page["messages"]:
                return counted
            counted.update(each["email"] for each in page["messages"])


def seconds_after(letters: list[dict[str, Any]], window: float) -> None:
    """Wait until the time of the last letter's e-mail is over."""
    newest = max(each["created_at"] for each in letters)
    ends = time.mktime(time.strptime(newest[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone + window + 2
    time.sleep(max(0.0, ends - time.time()))


def people(amount: int) -> list[dict[str, Any]]:
    """Describe people who enter."""
    return [person(f"p{n}") for n in range(amount)]


def members(amount: int) -> list[dict[str, Any]]:
    """Describe the same people as members of the list."""
    return [member(f"p{n}") for n in range(amount)]
