"""The timer in every worker: it keeps the ten-minute clock, so there is no Beat to die."""

import logging
import threading
from typing import Any

import redis
from celery import bootsteps

from pipeline.runtime.beat import MAX_BEAT_SECONDS
from pipeline.runtime.worker import runtime

log = logging.getLogger(__name__)

RENEWAL = 5.0  # seconds between two renewals of a lease


class Timer(bootsteps.StartStopStep):
    """Runs the heartbeat in a thread of its own, so that neither slow calls nor a lost broker stop it."""

    requires = frozenset({"celery.worker.components:Pool"})

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="timer", daemon=True)

    def start(self, parent: Any) -> None:
        """Start beating."""
        self._thread.start()

    def stop(self, parent: Any) -> None:
        """Stop after the beat that is under way."""
        self._stopping.set()
        self._thread.join(timeout=1)

    def _run(self) -> None:
        wait = 0.0
        while not self._stopping.wait(wait):
            wait = beat()


class AlertWatch(bootsteps.StartStopStep):
    """Looks at the rules of alerts in a thread of its own, when this process has its turn."""

    requires = frozenset({"celery.worker.components:Pool"})

    def start(self, parent: Any) -> None:
        """Start looking."""
        runtime().watch.start()

    def stop(self, parent: Any) -> None:
        """Stop before the next look."""
        runtime().watch.stop()


class Leases(bootsteps.StartStopStep):
    """Renews the leases of the calls under way in a thread of its own; a killed worker renews none."""

    requires = frozenset({"celery.worker.components:Pool"})

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)

    def start(self, parent: Any) -> None:
        """Start renewing; by now the worker has its threads."""
        runtime().delivery.thread_share.threads = parent.concurrency
        self._thread.start()

    def terminate(self, parent: Any) -> None:
        """Stop; while the worker waits for its last calls, they are still renewed."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(RENEWAL):
            renew()


def beat() -> float:
    """Run the duties that are due; return the seconds until the next beat, whatever goes wrong."""
    try:
        return runtime().heartbeat.beat(runtime().catalog)
    except redis.TimeoutError as error:
        log.warning("heartbeat failed", extra={"error": type(error).__name__})
        runtime().reconnect()
        return 0.0
    except redis.RedisError as error:
        log.warning("heartbeat failed", extra={"error": type(error).__name__})
    except Exception:
        log.exception("heartbeat failed")
    return MAX_BEAT_SECONDS


def renew() -> None:
    """Renew the leases of the calls under way; a failure is noted for the status."""
    try:
        runtime().heartbeat.duties.attempt("leases", runtime().renew_leases)
    except redis.RedisError as error:
        log.warning("leases not renewed", extra={"error": type(error).__name__})
