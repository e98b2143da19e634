"""Event files of the demo: the server that they are on, and orders to write some."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import requests

from pipeline.demo.example import FILES

TIMEOUT = 60  # seconds
TOLD = {
    "port": re.compile(r"emulator on \S+:(\d+)"),
    "host_key": re.compile(r'host_key = "(\S+)"'),
    "control": re.compile(r"did: (\S+)/summary"),
}


@dataclass(frozen=True)
class EventFiles:
    """A running SFTP emulator."""

    port: int
    host_key: str
    control: str  # the address of its control API
    key: Path  # that logs in

    @classmethod
    def read(cls, welcome: str, folder: Path) -> "EventFiles | None":
        """Read the emulator's first text; None while it is not there yet."""
        found = {name: pattern.search(welcome) for name, pattern in TOLD.items()}
        told = {name: match[1] for name, match in found.items() if match}
        if len(told) < len(TOLD):
            return None
        [key] = (folder / "keys").glob("client*[!b]")
        return cls(int(told["port"]), told["host_key"], told["control"], key)

    @property
    def configuration(self) -> str:
        """A connector to the server, and the import of its files."""
        return FILES.format(host="127.0.0.1", port=self.port, key=self.key, host_key=self.host_key)

    def write(self, feed: str, people: Iterable[int]) -> str:
        """Have a file written with one event of this moment for each person; return its name."""
        order = {"feeds": [feed], "people": list(people), "minutes": 0}
        with requests.Session() as session:
            session.trust_env = False  # this machine needs no proxy
            answer = session.post(f"{self.control}/files", json=order, timeout=TIMEOUT)
        answer.raise_for_status()
        [name] = answer.json()["files"]
        return str(name)
