"""A primary, two replicas and three Sentinels, all of the embedded server's program."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import redis

from pipeline.stores.embedded_address import free_port
from pipeline.stores.embedded_process import binary
from tests.processes.environment import Environment, until

MASTER, PASSWORD, SENTINEL_PASSWORD = "mymaster", "p@ss", "s&cret"
SERVER = """\
bind 127.0.0.1
port {port}
dir {folder}
appendonly yes
save ""
maxmemory-policy noeviction
requirepass {password}
primaryauth {password}
repl-diskless-sync-delay 0
client-output-buffer-limit pubsub 256mb 128mb 60
logfile server.log
"""
SENTINEL = """\
bind 127.0.0.1
port {port}
dir {folder}
requirepass "{sentinel_password}"
sentinel sentinel-pass {sentinel_password}
sentinel monitor {master} 127.0.0.1 {primary} 2
sentinel auth-pass {master} {password}
sentinel down-after-milliseconds {master} {down_after}
sentinel failover-timeout {master} 3000
sentinel parallel-syncs {master} 2
logfile sentinel.log
"""


class Node:
    """One process."""

    def __init__(self, folder: Path, configuration: str, *options: str, **values: object) -> None:
        self.folder, self.port, self.options = folder, free_port(), options
        folder.mkdir(parents=True)
        values = {"port": self.port, "folder": folder, "password": PASSWORD, "master": MASTER, **values}
        values["sentinel_password"] = SENTINEL_PASSWORD
        (folder / "node.conf").write_text(configuration.format(**values))
        self.start()

    def start(self, *options: str) -> None:
        """Start it, again with what it kept."""
        command = [str(binary()), "node.conf", *self.options, *options]
        self.process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        """End it without a chance to write or say anything more."""
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGCONT)
        self.process.kill()
        self.process.wait()


class Constellation:
    """The servers and Sentinels; any of the servers may be the primary."""

    def __init__(self, folder: Path, down_after: int = 3_000) -> None:
        """``down_after``: milliseconds without an answer after which a primary is replaced."""
        self.servers = [Node(folder / f"server{n}", SERVER) for n in range(3)]
        self.sentinels: list[Node] = []
        try:
            first = self.servers[0]
            for replica in self.servers[1:]:
                until(lambda node=replica: answers(self.client(node)), what="a replica")
                self.client(replica).execute_command("REPLICAOF", "127.0.0.1", first.port)
            until(lambda: self.replicas(first) == 2, what="two replicas")
            self.sentinels = [
                Node(
                    folder / f"sentinel{n}", SENTINEL, "--sentinel", primary=first.port, down_after=down_after
                )
                for n in range(3)
            ]
            until(self.agreed, within=60, what="three Sentinels and two replicas")
        except BaseException:
            self.close()
            raise

    @property
    def url(self) -> str:
        """The URL for clients."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.sentinels)
        return f"sentinel://:p%40ss@{hosts}/0?master={MASTER}&sentinel_password=s%26cret"

    def client(self, node: Node) -> redis.Redis:
        """A client of one server."""
        return redis.Redis(port=node.port, password=PASSWORD, socket_timeout=2, decode_responses=True)

    def ask(self, *words: str) -> object:
        """Ask the first Sentinel that answers."""
        for node in self.sentinels:
            with (
                suppress(redis.RedisError),
                redis.Redis(port=node.port, password=SENTINEL_PASSWORD, socket_timeout=1) as sentinel,
            ):
                return sentinel.execute_command("SENTINEL", *words)
        return None

    def agreed(self) -> bool:
        """Tell whether a Sentinel knows the others, and two replicas that follow the primary."""
        primary = self.primary()
        if primary is None or self.replicas(primary) < 2:
            return False
        with redis.Redis(port=self.sentinels[0].port, password=SENTINEL_PASSWORD) as sentinel:
            state = sentinel.sentinel_masters().get(MASTER, {})
            known = sentinel.sentinel_slaves(MASTER)
        well = [each for each in known if not each["is_sdown"] and each["flags"] == "slave"]
        return state.get("num-other-sentinels") == 2 and state.get("flags") == "master" and len(well) == 2

    def replicas(self, node: Node) -> int:
        """Count the replicas that have caught up with a server."""
        with suppress(redis.RedisError), self.client(node) as client:
            found = client.info("replication")
            states = [found[f"slave{n}"]["state"] for n in range(int(found.get("connected_slaves", 0)))]
            return states.count("online") if found["role"] == "master" else 0
        return 0

    def primary(self) -> Node | None:
        """Return the server that a Sentinel names."""
        answer = self.ask("GET-MASTER-ADDR-BY-NAME", MASTER)
        port = int(answer[1]) if isinstance(answer, list) else 0
        return next((node for node in self.servers if node.port == port), None)

    def kill_primary(self, cut_off: float = 0) -> float:
        """Kill the primary, and return when another had been promoted.

        For ``cut_off`` seconds before its end it works, but its replicas get nothing: on one machine the
        system would bring them what a killed process had sent, which a machine that dies takes with it.
        """
        before = self.primary()
        assert before is not None
        with self.without_replicas(before):
            time.sleep(cut_off)
            before.kill()
        self.await_promotion(before)
        return time.monotonic()

    @contextmanager
    def without_replicas(self, primary: Node) -> Iterator[None]:
        """Stop the replicas and cut their connections: what the primary takes meanwhile they never get."""
        replicas = [node for node in self.servers if node is not primary and node.process.poll() is None]
        for node in replicas:
            node.process.send_signal(signal.SIGSTOP)
        with self.client(primary) as client:
            client.execute_command("CLIENT", "KILL", "TYPE", "replica")
        try:
            yield
        finally:
            for node in replicas:
                node.process.send_signal(signal.SIGCONT)

    def await_promotion(self, before: Node) -> None:
        """Wait for another primary than ``before``, which takes changes."""

        def promoted() -> bool:
            node = self.primary()
            if node is None or node is before:
                return False
            with suppress(redis.RedisError), self.client(node) as client:
                return client.info("replication")["role"] == "master"
            return False

        until(promoted, within=40, what="a promotion")

    def promotions(self) -> int:
        """Count the promotions, those that nobody asked for among them."""
        log = (self.sentinels[0].folder / "sentinel.log").read_text(errors="replace")
        return log.count("+switch-master")

    def heal(self) -> None:
        """Start again what was killed, and wait until all is as in the beginning."""
        primary = self.primary()
        assert primary is not None
        for node in self.servers:
            if node.process.poll() is not None:  # Sentinels would demote it, ten seconds later
                node.start("--replicaof", "127.0.0.1", str(primary.port))
        until(self.agreed, within=60, what="two replicas again")

    def close(self) -> None:
        """End everything."""
        for node in [*self.sentinels, *self.servers]:
            node.kill()


def answers(client: redis.Redis) -> bool:
    """Tell whether a server answers."""
    with suppress(redis.RedisError):
        return bool(client.ping())
    return False


class SentinelEnvironment(Environment):
    """An environment whose Redis is a constellation."""

    def __init__(self, folder: Path, *, down_after: int = 3_000, **options: Any) -> None:
        self.down_after = down_after
        super().__init__(folder, **options)

    def start_redis(self) -> None:
        """Start all six."""
        self.constellation = Constellation(self.folder / "constellation", self.down_after)
        self.broker_url = self.constellation.url

    def close(self) -> None:
        """End everything."""
        for worker in self.workers:
            worker.kill()
        self.client.close()
        self.engine.dispose()
        self.constellation.close()
        self.emulator.stop()


@contextmanager
def open_sentinel_environment(folder: Path, **options: Any) -> Iterator[SentinelEnvironment]:
    """Open such an environment; nothing of it is left afterwards."""
    opened = SentinelEnvironment(folder, **options)
    try:
        yield opened
    finally:
        opened.close()
