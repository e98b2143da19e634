"""Orders: the bodies of the control API, and their effects."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from emulators.sftp.files.job import ExportJob
from emulators.sftp.files.outbox import read_outbox, row_of
from emulators.sftp.server.faults import Fault
from emulators.sftp.server.ssh import SshServer


class FilesOrder(msgspec.Struct, forbid_unknown_fields=True):
    """Files to write now; a key that is left out has the value of the command line."""

    feeds: list[str] | None = None
    rows: int | None = None
    people: list[int] | None = None  # with events: a row each, unless ``rows`` says otherwise
    stamp: datetime | None = None  # of the names, and of the last event
    minutes: float = 60  # before ``stamp`` that events may be


class OutboxOrder(msgspec.Struct, forbid_unknown_fields=True):
    """A file of the e-mails that the Responsys emulator has sent since the last such file."""

    outbox: str  # its address: "http://127.0.0.1:8099"
    responsys_account: str | None = None  # of that emulator; all may be left out
    stamp: datetime | None = None  # of the name


class RowsOrder(msgspec.Struct, forbid_unknown_fields=True):
    """A file with these rows: columns and cells; other columns are empty."""

    feed: str
    rows: list[dict[str, str]]
    stamp: datetime | None = None  # of the name


class FaultsOrder(msgspec.Struct, forbid_unknown_fields=True):
    """Faults, in the place of those in force."""

    faults: list[Fault]


class NoOrder(msgspec.Struct, forbid_unknown_fields=True):
    """An order without particulars."""


class Desk:
    """Carries orders out, and reports."""

    def __init__(self, server: SshServer, job: ExportJob) -> None:
        self.server, self.job = server, job
        self.exported: dict[str, int] = {}  # messages of each outbox that files have

    def files(self, order: FilesOrder) -> Any:
        """Write files now."""
        changes: dict[str, Any] = {
            "feeds": tuple(order.feeds) if order.feeds else None,
            "rows": len(order.people) if order.people and order.rows is None else order.rows,
            "chosen": tuple(order.people) if order.people else None,
        }
        job = self.job.of(**{name: value for name, value in changes.items() if value is not None})
        stamp = order.stamp.astimezone(UTC) if order.stamp else None
        return {"files": [path.name for path in job.run(stamp, timedelta(minutes=order.minutes))]}

    def outbox(self, order: OutboxOrder) -> Any:
        """Write the e-mails that were sent since the last time; a file without any has a header alone."""
        place = f"{order.outbox} {order.responsys_account}"
        since = self.exported.get(place, 0)
        messages = read_outbox(order.outbox, order.responsys_account, since)
        self.exported[place] = since + len(messages)
        account = self.job.accounts[0]
        path = self.job.given("SENT", [row_of(one, account) for one in messages], order.stamp)
        return {"files": [path.name], "rows": len(messages)}

    def rows(self, order: RowsOrder) -> Any:
        """Write a file with given rows."""
        return {"files": [self.job.given(order.feed, order.rows, order.stamp).name]}

    def faults(self, order: FaultsOrder) -> Any:
        """Put faults in the place of those in force."""
        self.server.faults.rules[:] = order.faults
        return {"faults": self.server.faults.rules}

    def host_key(self, _order: NoOrder) -> Any:
        """Give the server another host key."""
        return {"host_key": self.server.renew_host_key()}

    def reset(self, _order: NoOrder) -> Any:
        """Forget faults and counts; files stay."""
        self.server.reset()
        return {}

    def summary(self) -> Any:
        """Report counts, faults and files."""
        return {
            **msgspec.to_builtins(self.server.summary),
            "rules": self.server.faults.rules,
            "host_key": self.server.fingerprint,
            "files": self.listing(),
        }

    def listing(self) -> list[dict[str, Any]]:
        """Return the names and sizes of the served files."""
        with os.scandir(self.job.folder) as entries:
            found = [
                {"name": entry.name, "size": entry.stat().st_size} for entry in entries if entry.is_file()
            ]
        return sorted(found, key=lambda file: str(file["name"]))


ORDERS: dict[str, tuple[type[msgspec.Struct], Callable[[Desk, Any], Any]]] = {
    "files": (FilesOrder, Desk.files),
    "outbox": (OutboxOrder, Desk.outbox),
    "rows": (RowsOrder, Desk.rows),
    "faults": (FaultsOrder, Desk.faults),
    "host_key": (NoOrder, Desk.host_key),
    "reset": (NoOrder, Desk.reset),
}
