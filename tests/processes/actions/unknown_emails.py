"""E-mails with lost answers, event files of what was really sent, and what the look-up makes of both."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.emulators.sftp.conftest import SftpEmulator
from tests.processes.actions.company import Company, member, person
from tests.processes.environment import until

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


def prove(mail: Mail, amount: int, share: float, window: float) -> Counter[str]:
    """Lose answers to that share of the calls; see that each unknown e-mail is settled rightly.

    Two thirds of the people are sent one e-mail, the others two. Returns numbers for people to read.
    """
    everybody = people(amount)
    wanted = Counter(f"{each['profile_id']}@example.com" for each in everybody)
    mail.lose(share)
    mail.company.deliver(*everybody, within=600)
    mail.company.faults()
    unknown, sent_at_first = mail.letters(), mail.outbox()
    wait_for_the_end(unknown, window)
    mail.write_files()
    mail.take()
    not_sent, resolved = mail.letters(), mail.letters("--state", "resolved")
    lacking = wanted - sent_at_first
    assert {each["finding"] for each in not_sent} == {"not sent: safe to replay"}
    assert {each["outcome"] for each in resolved} == {"delivered"}
    assert Counter(f"{each['profile_id']}@example.com" for each in not_sent) == lacking
    assert len(resolved) + len(not_sent) == len(unknown)

    mail.company.run("dead-letters", "replay", "--proven", "--connector", mail.company.name, "--yes")
    mail.company.settled(600)
    assert (mail.letters(), mail.outbox()) == ([], wanted)
    numbers = mail.company.numbers()
    assert (numbers["received"], numbers["sent"], numbers["dead_letters"]) == (amount, amount, 0)
    assert numbers["resolved"] == {"delivered": len(resolved)}
    return Counter(emails=amount, unknown=len(unknown), delivered=len(resolved), not_sent=len(not_sent))


def wait_for_the_end(letters: list[dict[str, Any]], window: float) -> None:
    """Wait until the time of the last letter's e-mail is over, and that of its files."""
    newest = max(datetime.fromisoformat(each["created_at"]) for each in letters)
    until(lambda: datetime.now(UTC) > newest + timedelta(seconds=window + 1))


def people(amount: int) -> list[dict[str, Any]]:
    """Describe so many enterings; a third of the people enter twice."""
    return [person(f"p{n % (amount * 3 // 4)}") for n in range(amount)]


def members(amount: int) -> list[dict[str, Any]]:
    """Describe the same people as members of the list."""
    return [member(f"p{n}") for n in range(amount * 3 // 4)]


def open_mail(company: Any, amount: int, rows: int, window: int, sftp: SftpEmulator) -> Mail:
    """Open a company with these people; ``company`` is as the fixture ``mailings``."""
    opened = company(
        "unknown", members=members(amount), connector={"account_id": ACCOUNT}, max_rows=rows, dedupe=0,
        settle_within=f"{window}s",
    )  # fmt: skip
    return Mail(opened, sftp)
