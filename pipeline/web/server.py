"""The web process: gunicorn with threads, in the foreground."""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from sqlalchemy import Engine, event

from pipeline.alerts.watch import Watch
from pipeline.logs import configure_logging
from pipeline.runtime.stores import Stores
from pipeline.settings import Settings
from pipeline.stores.broker import connect
from pipeline.stores.doorbell import Doorbell
from pipeline.web import closing
from pipeline.web.app import create_app
from pipeline.web.patient_worker import PatientWorker

GRACE = 3  # seconds for requests under way after SIGTERM
REQUEST_LINE = 8_190  # bytes, the most that gunicorn reads
SQL_PATIENCE = 5_000  # ms
REQUEST_TIMEOUT = 0  # seconds of gunicorn's own watchdog; threads have deadlines of their own


class WebLogger(Logger):  # type: ignore[misc]
    """gunicorn's messages, by our log; its access log names paths and stays off."""

    def setup(self, cfg: Any) -> None:  # noqa: ARG002 - gunicorn's signature
        """Leave writing to the root logger."""
        self.error_log = logging.getLogger("pipeline.web.gunicorn")
        self.error_log.setLevel(logging.WARNING)
        self.access_log = logging.getLogger("pipeline.web.unused")
        self.access_log.disabled = True

    def access(self, *_: Any) -> None:
        """Write nothing: ``access.finish_request`` writes the line of a request."""


class WebServer(BaseApplication):  # type: ignore[misc]
    """gunicorn, configured by ours."""

    def __init__(self, settings: Settings, tell: Callable[[str], None]) -> None:
        self._settings = settings
        self._tell = tell
        super().__init__()

    def load_config(self) -> None:
        """Set gunicorn's options."""
        web = self._settings.web
        options = {
            "bind": [web.address],
            "workers": web.workers,
            "threads": web.threads,
            "worker_class": PatientWorker,
            "graceful_timeout": GRACE,
            "timeout": REQUEST_TIMEOUT,
            "limit_request_line": REQUEST_LINE,
            "keepalive": 5,
            "logger_class": WebLogger,
            "worker_tmp_dir": None,
            "control_socket_disable": True,
            "when_ready": self._ready,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def _ready(self, arbiter: Any) -> None:
        addresses = ", ".join(f"http://{address_of(listener)}" for listener in arbiter.LISTENERS)
        self._tell(f"web: listening on {addresses}")

    def load(self) -> Flask:
        """Make the application; called in each worker process."""
        configure_logging(self._settings)
        stores = Stores(self._settings, ExitStack(), checked=False)
        wait_less(stores.engine)
        app = create_app(stores)
        app.wsgi_app = closing.knowing_answer(app.wsgi_app)  # type: ignore[method-assign]
        watch_of(stores).start()
        return app


def watch_of(stores: Stores) -> Watch:
    """Return the watch of alerts of this process."""
    client = connect(stores.broker_url)
    doorbell = Doorbell(stores.broker_url)
    return Watch(
        client,
        stores.engine,
        lambda: stores.records.load(),
        doorbell,
        stores.settings,
        lambda: stores.events_if_any,
    )


def wait_less(engine: Engine) -> None:
    """Let a request wait for a locked SQLite file no longer than SQL_PATIENCE."""
    if engine.dialect.name == "sqlite":
        pragma = f"PRAGMA busy_timeout={SQL_PATIENCE}"
        event.listen(engine, "connect", lambda connection, _: connection.execute(pragma))
        engine.dispose()  # connections that were opened before


def address_of(listener: Any) -> str:
    """Return the host and port of a listener."""
    host, port = listener.sock.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def serve(settings: Settings, broker_url: str, tell: Callable[[str], None]) -> None:
    """Serve until told to stop; never returns."""
    WebServer(replace(settings, broker_url=broker_url), tell).run()
