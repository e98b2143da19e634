"""Addresses of the embedded server: if they can, port and password stay the same at its next start."""

import json
import re
import secrets
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

STARTS = 3  # a free port may be taken before the server has it
WORD = re.compile(r"[\w-]+", re.ASCII)  # the password: of characters that need no quotes in a configuration


@dataclass(frozen=True)
class Address:
    """Where a server of ours listens."""

    port: int
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        """The URL for its clients."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def dumps(self) -> str:
        """Write as in redis.json."""
        return json.dumps(asdict(self))

    @classmethod
    def loads(cls, text: str) -> "Address":
        """Read the text that ``dumps`` wrote; raises ValueError or TypeError for any other."""
        address = cls(**json.loads(text))
        if not (
            type(address.port) is int
            and 0 < address.port < 65_536
            and isinstance(address.password, str)
            and WORD.fullmatch(address.password)
        ):
            raise ValueError("no address")
        return address


def addresses(folder: Path) -> Iterator[Address]:
    """Propose where to listen: where it was last time, then on some free port."""
    last = last_address(folder)
    if last and can_listen(last.port):
        yield last
    password = last.password if last else secrets.token_urlsafe(32)
    for _ in range(STARTS):
        yield Address(free_port(), password)


def can_listen(port: int) -> bool:
    """True when the port is free."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """Return a port that is free right now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def last_address(folder: Path) -> Address | None:
    """Return the address of the server that runs or ran last; None when there was none."""
    try:
        return Address.loads((folder / "redis.json").read_text())
    except (FileNotFoundError, ValueError, TypeError):
        return None
