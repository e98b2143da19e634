"""Writes down what anybody could see of something that runs: key names, processes, events, pages."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import psutil
import redis
import requests
from celery import Celery
from celery.events.receiver import EventReceiver

from pipeline.stores.broker import celery_settings, connect

PAUSE = 0.05  # seconds between two looks


class Receiver(EventReceiver):
    """Receives events until it is over."""

    def __init__(self, over: threading.Event, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._over = over

    @property
    def should_stop(self) -> bool:
        """Tell whether it is over; kombu asks every second."""
        return self._over.is_set()


class Recorder:
    """Looks at Redis and at our processes again and again, and listens to Celery's events."""

    def __init__(self, broker_url: str) -> None:
        self.keys: set[bytes] = set()
        self.arguments: set[str] = set()
        self.ports: set[tuple[str, str]] = set()  # program, address it listens at
        self.events: list[dict[str, Any]] = []
        self._client = connect(broker_url)
        self._over = threading.Event()
        self._app = Celery("recorder", set_as_current=False)
        self._app.conf.update(celery_settings(broker_url))
        self._threads = [threading.Thread(target=work) for work in (self._look, self._listen)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop looking."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._client.close()
        self._app.close()

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of a kind."""
        return [event for event in self.events if event["type"] == kind]

    def inspect(self, workers: int) -> dict[str, str]:
        """Ask the workers all that can be asked, as Flower does, but until each has answered."""
        inspect = self._app.control.inspect(limit=workers, timeout=10)
        questions = (
            "scheduled",
            "reserved",
            "active",
            "revoked",
            "registered",
            "stats",
            "conf",
            "active_queues",
        )
        return {question: repr(getattr(inspect, question)()) for question in questions}

    def _look(self) -> None:
        while not self._over.wait(PAUSE):
            with suppress(redis.RedisError):
                self.keys.update(self._client.scan_iter(count=1000))
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    self._see(process)

    def _see(self, process: psutil.Process) -> None:
        command = " ".join(process.cmdline())
        if command not in self.arguments:
            self.arguments.add(command)
        for connection in process.net_connections("inet"):
            if connection.status == psutil.CONN_LISTEN:
                self.ports.add((process.name(), connection.laddr.ip))

    def _listen(self) -> None:
        while not self._over.wait(PAUSE):
            with suppress(OSError, redis.RedisError), self._app.connection_for_read() as connection:
                handlers = {"*": self.events.append}
                Receiver(self._over, connection, handlers=handlers, app=self._app).capture()


WORKERS = ("/api/workers?refresh=1", "/workers")
OTHERS = (
    "/api/tasks?limit=10000",
    "/api/task/types",
    "/api/queues/length",
    "/tasks/datatable?draw=1&start=0&length=1000&columns[0][data]=name&order[0][column]=0&order[0][dir]=asc"
    "&search[value]=",
    "/tasks",
    "/broker",
    "/metrics",
    "/healthcheck",
)


def pages(url: str, login: tuple[str, str] | None, first: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    """Read pages of Flower, and what there is about every worker and task that they name."""
    with requests.Session() as session:
        session.auth = login
        session.trust_env = False
        waiting = list(first)
        for path in waiting:
            answer = session.get(url + path, timeout=20, allow_redirects=False)
            yield path, answer.status_code, answer.text
            if path.startswith("/api/tasks") and answer.ok:
                waiting += [f"/{way}/{task}" for task in answer.json() for way in ("task", "api/task/info")]
            if path.startswith("/api/workers") and answer.ok:
                waiting += [f"/worker/{name}" for name in answer.json()]
