"""An import from the SFTP emulator, with a lander that keeps the text of what it is given."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.event_files.folder_look import FolderLook
from pipeline.event_files.import_run import ImportRun, RunOutcome
from pipeline.event_files.ledger import Ledger, LedgerFile
from pipeline.event_files.plain_file import FileFailed, Landed, PlainFile
from pipeline.event_files.spool import Spool
from pipeline.model.event_import import EventImport
from pipeline.sftp.connector import SftpConnector
from pipeline.sftp.server import SftpServer
from pipeline.stores.event_tables import event_files
from tests.emulators.sftp.conftest import SftpEmulator, serving

SENT = "1234_SENT_20261129_100000.txt"
CLICK = "1234_CLICK_20261129_110000.txt"


class KeepingLander:
    """Lands by noting the state in the ledger, and keeps names and texts."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.texts: dict[str, bytes] = {}
        self.modes: set[int] = set()
        self.fails = ""

    def land(self, file: PlainFile, progress: Any = None) -> Landed:
        if self.fails:
            raise FileFailed(self.fails)
        self.texts[file.feed] = file.path.read_bytes()
        self.modes.add(file.path.stat().st_mode & 0o777)
        lines = max(len(self.texts[file.feed].splitlines()) - 1, 0)
        if file.expected_lines not in (None, lines):
            raise FileFailed("wrong count")
        with self.engine.begin() as connection:
            change = event_files.update().where(event_files.c.id == file.number)
            connection.execute(change.values(state="landed", events=lines, new=lines))
        return Landed(lines, lines, lines, 0)


class FolderImport:
    """One import, and the folder that it reads."""

    def __init__(self, emulator: SftpEmulator, engine: Any, data: Path) -> None:
        self.emulator, self.engine, self.data = emulator, engine, data
        self.folder = emulator.folder
        self.settings = EventImport("acme-events", "acme-files", ready="none")
        self.connector = SftpConnector(
            name="acme-files",
            title="acme-files",
            kind="responsys_sftp",
            host="127.0.0.1",
            port=emulator.port,
            username="acme_scp",
            private_key=(emulator.data / "keys" / "client_key").read_text(),
            folder="download",
            host_key=(emulator.summary()["host_key"],),
        )
        self.lander = KeepingLander(engine)
        self.told = 0  # files that were told to have landed
        self.spool = Spool(data, "acme-events")
        self.ledger = Ledger(engine, "acme-events")

    def put(self, name: str, content: bytes = b"HEADER\nrow\n") -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def run(self, look_seconds: float = 0.0, **changes: Any) -> RunOutcome:
        settings = replace(self.settings, **changes)
        look = FolderLook(settings, self.ledger, look_seconds)
        server = SftpServer(self.connector)
        return ImportRun(settings, server, self.spool, look, self.lander, told=self._tell).run()

    def _tell(self) -> None:
        self.told += 1

    def states(self) -> dict[str, str]:
        return {row.path: row.state for row in self.ledger.rows()}

    def row(self, name: str) -> LedgerFile:
        return next(row for row in self.ledger.rows() if row.path == name)

    def left_in_spool(self) -> list[str]:
        return sorted(path.name for path in self.spool.folder.iterdir())


@pytest.fixture(scope="session")
def sftp_emulator(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("sftp"), "--files", "0") as emulator:
        yield emulator


@pytest.fixture
def folder(sftp_emulator, events, tmp_path):
    """An import of an empty folder."""
    for path in sftp_emulator.folder.rglob("*"):
        if path.is_file():
            path.unlink()
    sftp_emulator.order("reset")
    return FolderImport(sftp_emulator, events, tmp_path)
