"""Two emulated systems, a server with event files, and a worker in this process between them: people opt out.

It is configured by the example of all recipes, with an import and with wishes for text messages.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from emulators.sftp.events.moments import written
from pipeline import Producer
from tests.emulators.sftp.conftest import SftpEmulator
from tests.pairs.linked_systems import LinkedSystems

FURTHER = """
[connectors.files]
kind = "responsys_sftp"
host = "127.0.0.1"
port = {port}
username = "acme_scp"
private_key = {{ file = "{key}" }}
folder = "download"
host_key = "{host_key}"
[imports.events]
connector = "files"
ready = ".ready"
channels = ["email", "sms"]
[sources]
sms-outs = {{ kind = "responsys_events", connector = "acme", types = ["SMS_OPT_OUT", "SMS_OPT_IN"] }}
[consents]
sms = {{ channel = "sms", sources = ["sms-outs"], audience = "consent-sms", again = "evidence" }}
[destinations]
sms-list = {{ audience = "consent-sms", connector = "acme", action = "audience_export", identifiers = {{ riid = "RIID_", email = "EMAIL_ADDRESS_" }}, match_column_1 = ["RIID_", "EMAIL_ADDRESS_"], permission = "consent", permission_channel = "mobile", priority = "first", max_age = 1 }}
offer = {{ audience = "offer", connector = "acme", action = "audience_export", identifiers = {{ email = "EMAIL_ADDRESS_" }}, match_column_1 = "EMAIL_ADDRESS_", columns = {{ title = "TITLE" }}, honour = "email", max_age = 1 }}
texts = {{ audience = "texts", connector = "acme", action = "audience_export", identifiers = {{ email = "EMAIL_ADDRESS_" }}, match_column_1 = "EMAIL_ADDRESS_", columns = {{ title = "TITLE" }}, honour = "sms", max_age = 1 }}
"""  # noqa: E501
SOURCES = ("leads", "contacts", "opt-outs", "sms-outs")


class WishingSystems(LinkedSystems):
    """Moves wishes from one side to the other, step by step; clocks stay as they are."""

    files: SftpEmulator
    known: dict[str, tuple[str, int]]  # contact and RIID, by name
    _files = 0  # that were written

    def apply_further(self, folder: Path, files: SftpEmulator) -> None:
        """Apply the import and the wishes for text messages, and read all sources for the first time."""
        self.files = files
        values = {"port": files.port, "key": files.data / "keys" / "client_key"}
        file = folder / "further.toml"
        file.write_text(FURTHER.format(**values, host_key=files.summary()["host_key"]))
        self.run("apply", str(file))
        self.settle()

    def meet(self, *names: str) -> None:
        """Link new people."""
        self.known = dict(zip(names, self.people(*names), strict=True))

    def read(self, *sources: str) -> list[str]:
        """Pass on what waits, and run sources, those of wishes if none is named."""
        self.worker.take_notes()
        return [self.worker.run_source(name) for name in sources or SOURCES]

    def write(self, feed: str, *people: tuple[str, int], at: datetime | None = None) -> None:
        """Have a file written with an event of each person, and import it."""
        moment = written(at or datetime.now(UTC))
        rows = [row_of(feed, name, riid, moment) for name, riid in people]
        self.files.order("rows", feed=feed, rows=rows, stamp=self._stamp())
        self.run("imports", "run", "events")

    def click(self, riid: int, *, times: int) -> None:
        """Have a file written with clicks of a person on a campaign, all of yesterday, and import it."""
        day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
        rows = [
            {**row_of("CLICK", "", riid, written(day + timedelta(hours=hour))), "CAMPAIGN_ID": "31"}
            for hour in range(times)
        ]
        self.files.order("rows", feed="CLICK", rows=rows, stamp=self._stamp())
        self.run("imports", "run", "events")

    def _stamp(self) -> str:
        """Return the time in a file's name: a second for each file, so that no two have one name."""
        self._files += 1
        return (datetime.now(UTC) - timedelta(hours=1) + timedelta(seconds=self._files)).isoformat()

    def send(self, audience: str, *names: str) -> None:
        """Activate people for an audience, with a title."""
        rows = [
            {
                "profile_id": f"c-{name}", "call_type": "ADD", "variables": {"title": "Sent"},
                "identifiers": {"email": f"{name}@example.com"},
            }
            for name in names
        ]  # fmt: skip
        with Producer(broker_url=self.environ["ACTIVATION_BROKER_URL"]) as producer:
            producer.activate_many(rows, audience=audience)
        self.deliver()

    def is_ticked(self, record: str, table: str = "Contact") -> bool:
        """Tell whether a record has opted out in Salesforce."""
        return bool(self.org.record(record, table)["HasOptedOutOfEmail"])

    def status_of(self, riid: int, channel: str = "EMAIL") -> str | None:
        """Return the status of a member in Responsys."""
        status: str | None = self.columns(riid).get(f"{channel}_PERMISSION_STATUS_")
        return status

    def explained(self, name: str, channel: str = "email") -> dict[str, Any]:
        """Return the answer to the auditor's question."""
        found = self.told("consent", "explain", f"{name}@example.com")["consents"]
        [one] = [one for one in found if one["channel"] == channel]
        return dict(one)

    def not_sent(self, name: str) -> list[str]:
        """Return the destinations that a person's rows were not sent to."""
        return [one["destination"] for one in self.explained(name)["not_sent"]]


def row_of(feed: str, name: str, riid: int, moment: str) -> dict[str, str]:
    """Return the cells of an event."""
    cells = {"EVENT_TYPE_ID": "7", "ACCOUNT_ID": "1234", "RIID": str(riid)}
    cells |= {"EVENT_CAPTURED_DT": moment, "EVENT_STORED_DT": moment}
    if feed.startswith("SMS_"):
        return cells | {"EVENT_UUID": f"{riid}-{feed}-{moment}", "MOBILE_NUMBER": "1511234567"}
    if feed == "CLICK":
        return cells
    return cells | {"EMAIL_FORMAT": "H", "EMAIL": f"{name}@example.com"}
