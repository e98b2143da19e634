"""Imports in processes that are killed: every event counts once, and no plaintext stays."""

import pytest

from tests.emulators.sftp.conftest import serving
from tests.processes.import_installation import Installation

ROWS, FILES = 20_000, 3


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
        yield Installation(tmp_path / "data", emulator, {"ACTIVATION_BROKER_URL": server_url})


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
