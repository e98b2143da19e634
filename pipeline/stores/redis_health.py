"""Health of the Redis server: its memory, and whether it can write its file. Only reads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import redis

from pipeline.text.sizes import spell

NEAR = 0.8  # of the memory: worth a word


@dataclass(frozen=True)
class Server:
    """Memory in bytes, and the file that the server last failed to write."""

    used: int
    limit: int  # maxmemory; 0: none is set
    machine: int  # memory of the whole machine; 0: the server does not say
    unwritten: str = ""  # "append-only file" or "snapshot"
    keeps: bool = True  # it has a file at all
    replica: bool = False  # it takes no changes

    @property
    def share(self) -> float:
        """Used memory as a share of the limit, or of the machine without one; 1 and more: full."""
        room = self.limit or self.machine
        return self.used / room if room else 0.0

    @property
    def full(self) -> bool:
        """Whether producers are refused."""
        return bool(self.limit) and self.used >= self.limit


def read(client: redis.Redis) -> Server:
    """Ask the server."""
    memory, persistence = client.info("memory"), client.info("persistence")
    role = client.info("replication").get("role")
    return Server(
        used=int(memory["used_memory"]),
        limit=int(memory.get("maxmemory", 0)),
        machine=int(memory.get("total_system_memory", 0)),
        unwritten=unwritten(persistence),
        keeps=bool(persistence.get("aof_enabled")),
        replica=role == "slave",
    )


def unwritten(persistence: Mapping[str, Any]) -> str:
    """Name the file that could not be written; "" if none failed."""
    if persistence.get("aof_enabled") and persistence.get("aof_last_write_status") == "err":
        return "append-only file"
    return "snapshot" if persistence.get("rdb_last_bgsave_status") == "err" else ""


def faults(server: Server) -> Iterator[tuple[str, str]]:
    """Yield why the server takes no changes, or none from producers, each with the way out."""
    if server.unwritten:
        text = (
            f"the Redis server cannot write its {server.unwritten}: nothing is taken in, nothing new is sent"
        )
        yield text, "make room on its disk (its log says more); then all goes on by itself"
    if server.replica:
        text = "the Redis server is a read-only replica: nothing is taken in, nothing new is sent"
        way_out = "when its fail-over has ended all goes on; if none is under way, name the primary"
        yield text, f"{way_out} in ACTIVATION_BROKER_URL"
    if server.full:
        size = f"{spell(server.used)} of {spell(server.limit or server.machine)}"
        text = f"the Redis server is full ({size}): producers are refused"
        yield text, "sending what waits makes room; to take in more before that, raise its maxmemory"
