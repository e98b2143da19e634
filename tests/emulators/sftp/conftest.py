"""An SFTP emulator in a process of its own, with a client that knows nothing of ours."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncssh
import pytest
import requests

from tests.emulators.conftest import ROOT


class SftpEmulator:
    """The process, its files, and its control API."""

    def __init__(self, data: Path, welcome: str) -> None:
        self.data, self.welcome = data, welcome
        self.port = int(welcome.partition("\n")[0].rpartition(":")[2])
        self.control = welcome.rpartition("did: ")[2].removesuffix("/summary\n")

    @property
    def folder(self) -> Path:
        return self.data / "root" / "download"

    def order(self, name: str, **body: Any) -> Any:
        answer = requests.post(f"{self.control}/{name}", json=body, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, kind: str, **options: Any) -> None:
        self.order("faults", faults=[{"kind": kind, **options}])

    def summary(self) -> Any:
        return requests.get(f"{self.control}/summary", timeout=60).json()

    def connect(self, **options: Any) -> Any:
        key = options.pop("key", self.data / "keys" / "client_key")
        common: dict[str, Any] = {
            "known_hosts": None,
            "config": [],
            "agent_path": None,
            "username": "acme_scp",
        }
        return asyncssh.connect("127.0.0.1", self.port, client_keys=[str(key)], **common | options)

    def names(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}

    def read(self, name: str, **options: Any) -> bytes:
        """Read one file by SFTP."""

        async def reading() -> bytes:
            async with (
                self.connect(**options) as ssh,
                ssh.start_sftp_client() as sftp,
                sftp.open(f"download/{name}", "rb") as file,
            ):
                return await file.read()

        return asyncio.run(reading())


@contextmanager
def serving(data: Path, *options: str) -> Iterator[SftpEmulator]:
    """Start an emulator and yield it."""
    command = [sys.executable, "-m", "emulators.sftp", "--port", "0", "--control-port", "0"]
    process = subprocess.Popen(
        [*command, "--data", str(data), *options], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        lines = []
        while not lines or not lines[-1].startswith("What clients did"):
            lines.append(process.stdout.readline())
            assert lines[-1], "".join(lines)
        yield SftpEmulator(data, "".join(lines))
    finally:
        process.terminate()
        process.communicate(timeout=60)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpEmulator]:
    with serving(tmp_path_factory.mktemp("sftp"), "--feeds", "SENT,CLICK", "--rows", "500") as emulator:
        yield emulator


@pytest.fixture
def sftp(running: SftpEmulator) -> SftpEmulator:
    running.order("reset")
    return running
