"""An installation that imports files of the SFTP emulator: a data folder, and the commands in it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.emulators.sftp.conftest import SftpEmulator
from tests.processes import ROOT

IMPORT = "acme-events"
EMPTY: Mapping[str, str] = MappingProxyType({})
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
every = {every}
"""


class Installation:
    """One data folder, and the commands in it."""

    def __init__(
        self, data: Path, emulator: SftpEmulator, environ: Mapping[str, str] = EMPTY, *,
        port: int | None = None, every: int = 60,
    ) -> None:  # fmt: skip
        """``port``: where the emulator is reached, if not at its own; ``every``: minutes between runs."""
        self.data = data
        self.environ = {**os.environ, **environ, "ACTIVATION_DATA_DIR": str(data)}
        self.spool = data / "spool" / IMPORT
        values = {"port": port or emulator.port, "keys": emulator.data / "keys", "every": every}
        file = emulator.data / "activation.toml"
        file.write_text(CONFIGURATION.format(host_key=emulator.summary()["host_key"], **values))
        self.read("apply", str(file))

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "pipeline.cli", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=self.environ, stdout=subprocess.PIPE)

    def read(self, *arguments: str) -> Any:
        output, _ = (process := self.start(*arguments, "--json")).communicate()
        assert process.returncode == 0
        return json.loads(output)

    def kill_when(self, moment: Callable[[], bool]) -> bool:
        """Start a run, and kill it in the moment that is asked for; False if it ended before."""
        process = self.start("imports", "run", IMPORT)
        while not moment() and process.poll() is None:
            pass
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return process.returncode == -signal.SIGKILL

    def has(self, pattern: str) -> bool:
        return any(path.stat().st_size for path in self.spool.glob(pattern))
