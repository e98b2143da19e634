"""Imports in processes that are killed: every event counts once, and no plaintext stays."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.emulators.sftp.conftest import SftpEmulator, serving
from tests.processes import ROOT

ROWS, FILES = 20_000, 3
CONFIGURATION = """
[connectors.acme-files]
kind = "responsys_sftp"
host = "127.0.0.1"
port = {port}
username = "acme_scp"
private_key = {{ file = "{keys}/client_key" }}
pgp_private_key = {{ file = "{keys}/pgp_private.asc" }}
folder = "download"
host_key = "{host_key}"

[imports.acme-events]
connector = "acme-files"
ready = ".ready"
"""


class Installation:
    """One data folder, and the commands in it."""

    def __init__(self, folder: Path, emulator: SftpEmulator, broker_url: str) -> None:
        self.folder = folder
        self.environ = {
            **os.environ,
            "ACTIVATION_DATA_DIR": str(folder / "data"),
            "ACTIVATION_BROKER_URL": broker_url,
        }
        self.spool = folder / "data" / "spool" / "acme-events"
        values = {"port": emulator.port, "keys": emulator.data / "keys"}
        file = folder / "activation.toml"
        file.write_text(CONFIGURATION.format(host_key=emulator.summary()["host_key"], **values))
        self.read("apply", str(file))

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "pipeline.cli", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=self.environ, stdout=subprocess.PIPE)

    def read(self, *arguments: str):
        output, _ = (process := self.start(*arguments, "--json")).communicate()
        assert process.returncode == 0
        return json.loads(output)

    def kill_when(self, moment: Callable[[], bool]) -> None:
        """Start a run, and kill it in the moment that is asked for; it may end before."""
        process = self.start("imports", "run", "acme-events")
        while not moment() and process.poll() is None:
            pass
        process.send_signal(signal.SIGKILL)
        process.communicate()

    def has(self, pattern: str) -> bool:
        return any(path.stat().st_size for path in self.spool.glob(pattern))


@pytest.fixture
def installation(tmp_path, server_url, redis):
    options = (
        "--feeds",
        "CLICK,SENT,OPEN",
        "--rows",
        str(ROWS),
        "--encrypt",
        "--compress",
        "--ready",
        ".ready",
    )
    with serving(tmp_path / "sftp", *options) as emulator:
        yield Installation(tmp_path, emulator, server_url)


def test_killed_at_any_step_a_run_counts_every_event_once(installation):
    installation.kill_when(lambda: installation.has("*.part"))
    installation.kill_when(lambda: installation.has("*.work/*"))
    installation.kill_when(lambda: any(installation.spool.glob("*.work/unzipped")))
    files = installation.read("imports", "run", "acme-events")["files"]
    known = installation.read("imports", "files", "acme-events")["files"]

    assert [file["state"] for file in known] == ["landed"] * FILES
    assert sum(file["new"] for file in known) == ROWS * FILES
    assert len(files) <= FILES
    assert list(installation.spool.iterdir()) == []
    assert installation.read("imports", "run", "acme-events")["files"] == []
