"""A whole set-up in a folder of its own: emulator, Redis, records and workers, each a real process."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from celery import Celery

from bench.emulator import UNLIMITED, Emulator, wait_until
from bench.processes import Processes
from bench.rows import AUDIENCE, EVENT
from pipeline.model.shard import SHARDS
from pipeline.records import mirror
from pipeline.records.configuration import check_document
from pipeline.records.records import Records
from pipeline.runtime.worker import open_engine
from pipeline.settings import Settings
from pipeline.stores.broker import connect
from pipeline.stores.embedded import embedded_server
from pipeline.stores.vault import open_vault

CONNECTOR = "bench"
START = 120  # seconds until workers answer
QUIET = ("--without-gossip", "--without-mingle")


class Environment:
    """What all sections measure in; workers are started when a section asks for them."""

    def __init__(
        self,
        folder: Path,
        stack: ExitStack,
        events: list[str],
        options: Sequence[str],
        window: float,
        settings: Mapping[str, str],
    ) -> None:
        self.processes = Processes(folder)
        stack.callback(self.processes.stop)
        self.broker_url = stack.enter_context(embedded_server(folder / "redis"))
        self.client = connect(self.broker_url)
        stack.callback(self.client.close)
        self.processes.watch("redis", self.client.info("server")["process_id"])
        self.emulator = Emulator(self.processes, events, [*options, "--window", f"{window:g}"])
        self.env = {
            "ACTIVATION_DATA_DIR": str(folder),
            "ACTIVATION_BROKER_URL": self.broker_url,
            "ACTIVATION_LOG_LEVEL": "WARNING",  # as Celery logs for the baselines
            "ACTIVATION_LIMIT_WINDOW": str(window),
            **settings,
        }
        loaded = Settings.load(self.env)
        engine = open_engine(loaded)
        stack.callback(engine.dispose)
        self.records = Records(engine, open_vault(loaded))
        self._workers = 0

    def configure(self, destinations: dict[str, dict[str, Any]], in_flight: int = 8) -> None:
        """Apply one connector, with limits that nothing here reaches, and its destinations."""
        connector = {
            "kind": "responsys", "name": "Bench", "username": "api_user", "password": "secret",
            "auth_endpoint": self.emulator.url, "profile_list": "CONTACTS_LIST", "list_folder": "Main",
            "identifier_type": "hashed_email", "enabled": True, "api": "sync",
            "limits": dict.fromkeys(UNLIMITED, 1_000_000), "utilisation": 0.95, "max_in_flight": in_flight,
        }  # fmt: skip
        self.records.apply({"connectors": {CONNECTOR: connector}, "destinations": destinations})
        self.publish()

    def apply(self, configuration: dict[str, Any]) -> None:
        """Check records and keep them, as ``activation apply`` does."""
        documents, problems = check_document(configuration)
        if problems:
            raise ValueError("; ".join(problems))
        self.records.apply(documents)
        self.publish()

    def publish(self) -> None:
        """Make Redis agree with the records."""
        mirror.refresh(self.client, self.records)

    def pause(self) -> None:
        """Stop sending; rows wait in their lanes."""
        self.records.hold("connector", CONNECTOR, "paused", "", "bench")
        self.publish()

    def resume(self) -> None:
        """Send again."""
        self.records.release("connector", CONNECTOR)
        self.publish()

    def work(self, name: str, queue: str, concurrency: int, count: int = 1) -> None:
        """Start workers of ours for one queue."""
        app = ("-m", "celery", "-A", "tasks", "worker", "-Q", queue, "-P", "threads")
        names = [name] if count == 1 else [f"{name} {number}" for number in range(1, count + 1)]
        self.start_workers(names, (*app, "-c", str(concurrency)), self.env)

    def start_worker(self, name: str, command: Sequence[str], env: dict[str, str]) -> None:
        """Start any Celery worker and wait until it answers."""
        self.start_workers([name], command, env)

    def start_workers(self, names: Sequence[str], command: Sequence[str], env: dict[str, str]) -> None:
        """Start the same Celery worker under several names and wait until all answer."""
        for name in names:
            self.processes.start(name, [*command, "-n", f"{name}@bench", "-l", "WARNING", *QUIET], env)
        self._workers += len(names)
        with Celery(broker=self.broker_url, set_as_current=False) as app:
            ping = app.control.inspect(timeout=3, limit=self._workers).ping
            wait_until(lambda: len(ping() or {}) == self._workers, START, lambda: f"{names} do not answer")

    def in_intake(self) -> int:
        """Count what has not been accepted yet."""
        with self.client.pipeline(transaction=False) as pipe:
            for shard in range(SHARDS):
                pipe.llen(f"intake:{shard}")
            return sum(pipe.execute())


@contextmanager
def open_environment(
    events: Sequence[str] = (EVENT,),
    options: Sequence[str] = (),
    window: float = 60,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Environment]:
    """Set everything up but the workers, and leave nothing behind; ``options`` are the emulator's.

    ``window`` is how many seconds a minute lasts for limits; ``settings``: further ones of all processes.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ExitStack() as stack:
        yield Environment(Path(folder), stack, list(events), options, window, settings)


def destination(event: str = EVENT, audience: str = AUDIENCE, max_age: float = 600) -> dict[str, Any]:
    """Describe one destination."""
    return {
        "audience": audience, "connector": CONNECTOR, "action": "custom_event", "event": event,
        "max_rows": 200, "max_age": max_age,
    }  # fmt: skip
