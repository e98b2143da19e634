"""Web processes that are killed and started again at their addresses."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import requests

from pipeline.stores.embedded_address import free_port
from tests.processes import ROOT
from tests.processes.environment import until

KEY = "0123456789abcdef0123456789abcdef"
START = "from pipeline.cli import main; main(['web', '--address', '{address}', '--workers', '2'])"


class WebProcesses:
    """Some `activation web`, each with two gunicorn workers."""

    def __init__(self, folder: Path, env: Mapping[str, str], count: int) -> None:
        self.folder = folder
        self.env = {**os.environ, **env, "ACTIVATION_API_KEYS": KEY}
        self.addresses = [f"127.0.0.1:{free_port()}" for _ in range(count)]
        self.processes = [self._start(address) for address in self.addresses]
        for address in self.addresses:
            until(lambda address=address: serves(address), within=60, what=f"web at {address}")

    def kill(self, choice: float) -> None:
        """End a process and its workers without a word, and start another at its address."""
        number = int(choice * len(self.processes))
        self._end(self.processes[number])
        self.processes[number] = self._start(self.addresses[number])

    def close(self) -> None:
        """Leave none behind."""
        for process in self.processes:
            self._end(process)

    def _start(self, address: str) -> "subprocess.Popen[bytes]":
        with open(self.folder / "web.log", "ab") as log:
            command = [sys.executable, "-c", START.format(address=address)]
            return subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        os.killpg(process.pid, signal.SIGKILL)  # gunicorn's workers are of its group
        process.wait()


def serves(address: str) -> bool:
    """Tell whether a process takes activations in."""
    try:
        return requests.get(f"http://{address}/readyz", timeout=5).status_code == 200
    except requests.RequestException:
        return False
