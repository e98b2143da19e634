"""Letters of e-mails, files of events, and the look-up that brings them together."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count

import pytest
from sqlalchemy import insert, update

from emulators.sftp.events.given_rows import GivenRows
from emulators.sftp.events.moments import written
from pipeline.evidence.email_pages import PAGE, undecided_pages
from pipeline.evidence.look_up import AccountEmails, Findings, LookUp
from pipeline.evidence.settling import Settled, Settler
from pipeline.settle import dead_letters
from pipeline.settle.dead_letters import DeadLetter, Filter, find_letters
from pipeline.stores.event_tables import event_files
from pipeline.stores.tables import batches, import_runs
from pipeline.stores.tables import dead_letters as table
from tests.event_files.folder import IMPORT, land

WINDOW = timedelta(hours=24)


def address_of(name):
    return sha256(f"{name}@example.com".encode()).hexdigest()


class Evidence:
    """Both stores of an installation with one account, 1234, and one campaign, WELCOME, whose id is 7."""

    def __init__(self, engine, events, folder) -> None:
        self.engine, self.events, self.folder = engine, events, folder
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.names = count(1)

    def lose(self, *names, hours=48.0, code="Timeout", **changes):
        """Write a letter for the e-mail to each, whose call began so many hours ago."""
        began = self.now - timedelta(hours=hours)
        email = {"campaign": "WELCOME", "began_at": began.isoformat(), "until": (began + WINDOW).isoformat()}
        letters = [
            DeadLetter(
                id=name, connector="acme", destination="welcome", audience="new", profile_id=name, code=code,
                detail="", activation="{}", email={**email, "address": address_of(name.partition("-")[0])},
                **changes,
            )
            for name in names
        ]  # fmt: skip
        with self.engine.begin() as connection:
            dead_letters.store(connection, letters, began)

    def row(self, name, hours=48.0, riid=None, **cells):
        at = self.now - timedelta(hours=hours) + timedelta(seconds=5)
        riid = riid or str(1 + sum(map(ord, name)))
        usual = {"RIID": riid, "EMAIL": f"{name}@example.com", "CAMPAIGN_ID": "7", "LAUNCH_ID": "1"}
        return {**usual, "EVENT_CAPTURED_DT": written(at), "EVENT_STORED_DT": written(at), **cells}

    def put(self, *rows, feed="SENT", account="1234", hours=47.0):
        """Land a file that was first seen so many hours ago."""
        stamp = self.now - timedelta(minutes=next(self.names))
        file = GivenRows(feed, rows, stamp, account)
        path = self.folder / f"{account}_{feed}_{stamp:%Y%m%d_%H%M%S}.txt"
        path.write_text("".join(file.text()))
        land(self.events, [path])
        change = update(event_files).where(event_files.c.path == path.name)
        with self.events.begin() as connection:
            connection.execute(change.values(listed_at=self.now - timedelta(hours=hours)))

    def ran(self, hours=0.0):
        """Note that the import ran then."""
        at = self.now - timedelta(hours=hours)
        row = {"name": IMPORT.name, "started_at": at, "finished_at": at, "succeeded_at": at}
        with self.engine.begin() as connection:
            connection.execute(insert(import_runs).values(row))

    def known(self, value, hours=48.0):
        """Write the record of a batch; ``value``: its e-mails."""
        at = self.now - timedelta(hours=hours)
        row = {
            "id": f"b{next(self.names)}", "destination": "welcome", "connector": "acme",
            "action": "campaign_email", "attempt": 1, "rows": 1, "delivered": 1, "rejected": 0,
            "returned": [], "outcome": "delivered", "finished_at": at, "emails": value,
        }  # fmt: skip
        with self.engine.begin() as connection:
            connection.execute(insert(batches).values(row))

    def pages(self, size=PAGE):
        """Yield each page of undecided e-mails with its findings."""
        look_up = LookUp(self.engine, self.events, {IMPORT.name: IMPORT}, ["campaign_email"])
        for emails in undecided_pages(self.engine, table.c.connector == "acme", size):
            files = look_up.files_of("1234", emails)
            yield emails, look_up.of_page(AccountEmails("1234", ["acme"], {"WELCOME": "7"}, emails), files)

    def found(self, size=PAGE):
        """Return all undecided e-mails, and their findings."""
        every, findings = [], Findings()
        for emails, some in self.pages(size):
            every += emails
            findings.resolved |= some.resolved
            findings.not_sent |= some.not_sent
            findings.undecided |= some.undecided
        return every, findings

    def settle(self, size=PAGE):
        settled = Settled()
        for page in self.pages(size):
            settled.add(Settler(self.engine).settle(*page))
        return settled

    def letters(self, **chosen):
        found = find_letters(self.engine, Filter(**{"state": None, **chosen}))
        return {letter.id: letter for letter in found}

    def states(self):
        return {name: letter.outcome or letter.finding for name, letter in sorted(self.letters().items())}


@pytest.fixture
def evidence(engine, events, tmp_path):
    folder = tmp_path / "spool"
    folder.mkdir()
    return Evidence(engine, events, folder)
