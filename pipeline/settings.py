"""Settings from the environment: where the stores are, keys, time-outs and logging.

Everything that describes the customer's world is a record in the SQL store (``catalog.py``). This is the
only file that names ``os.environ``.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import Misconfigured
from pipeline.stores import broker_url, database_url
from pipeline.stores.secret_key import is_key
from pipeline.text.setting_values import SHOWN, at_least, host_and_port, number, one_of, url_of, words

PREFIX = "ACTIVATION_"
PATHS = ("DATA_DIR",)  # settings of any bytes
HALF_PAIR = re.compile("[\ud800-\udfff]")  # stands for a byte that is not UTF-8
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOG_FORMATS = ("text", "json")
CALL_MARGIN = 60  # seconds that all of a call may take beyond the time between two bytes
MOST_REPLICAS = 100
HOUR, DAY, YEAR = 3600, 24 * 3600, 366 * 24 * 3600  # seconds
MAX_DAYS = 36_500
MAX_BODY = 4 << 30  # bytes
EVENTS_FILE = "events.db"  # beside the SQLite store
SHORTEST_API_KEY = 32  # characters


@dataclass(frozen=True)
class WebSettings:
    """Settings of the web process alone."""

    address: str = "127.0.0.1:8080"
    url: str = "http://127.0.0.1:8080"  # how people reach it, without a slash at the end
    workers: int = 2  # processes
    threads: int = 8  # of each process
    max_body: int = 64 * 1024 * 1024  # bytes of an NDJSON body; a JSON body may have an eighth of it
    flower_url: str = "http://127.0.0.1:5555"

    @classmethod
    def load(cls, read: "Reader") -> "WebSettings":
        """Read the variables of the web process."""
        address = read("WEB_ADDRESS", cls.address, host_and_port)
        return cls(
            address=address,
            url=read("WEB_URL", f"http://{address}", url_of(("http", "https"))).rstrip("/"),
            workers=read("WEB_WORKERS", cls.workers, number(int, 1000, "processes")),
            threads=read("WEB_THREADS", cls.threads, number(int, 1000, "threads")),
            max_body=read("WEB_MAX_BODY", cls.max_body, number(int, MAX_BODY, "bytes")),
            flower_url=read("FLOWER_URL", cls.flower_url, url_of(("http", "https"))).rstrip("/"),
        )


@dataclass(frozen=True)
class Settings:
    """The environment, read whole and checked whole; ``repr`` leaves out fields that may hold a secret."""

    data_dir: Path
    database_url: str = field(repr=False)
    events_url: str = field(default="", repr=False)  # "": as ``database_url`` says
    broker_url: str | None = field(default=None, repr=False)  # None: the embedded server
    secret_keys: tuple[str, ...] = field(default=(), repr=False)  # none: ``stores.vault`` makes one
    api_keys: tuple[str, ...] = field(default=(), repr=False)  # each with scope admin
    web: WebSettings = field(default_factory=WebSettings)
    log_level: str = "INFO"
    log_format: str = "text"
    connect_timeout: float = 10  # seconds, like all below
    read_timeout: float = 60  # between two bytes of an answer
    call_timeout: float = 120  # for all of a call
    shutdown_grace: float = 2
    replicas: int = 0  # of Redis, that must have accepted entries and batches about to be sent
    idempotency_window: int = 86400
    retention_days: float = 30  # for which settled batches and dead letters are kept
    trace_days: float = 30  # for which the outcome of each row is kept; 0: not at all
    event_days: float = 400  # for which events of files are kept once they are folded; 0: for ever
    entry_days: float = 400  # for which entries of rules are kept at least; 0: for ever
    alert_interval: float = 30  # seconds between two looks at the rules of alerts
    activity_days: float = 365  # for which changes are kept, each with the name of its actor
    limit_window: float = 60  # seconds of a "per minute" limit; shorter only for an emulator that agrees
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)  # for { env = "NAME" } in records

    @property
    def default_data_dir(self) -> str:
        """A line that names the data folder, if it depends on the working directory; "" if it was named."""
        if self.environ.get(f"{PREFIX}DATA_DIR", "").strip():
            return ""
        return f"data folder: {self.data_dir} (by default; {PREFIX}DATA_DIR names another)"

    @property
    def events_place(self) -> str:
        """The URL of the events store: a file beside SQLite's, or the same PostgreSQL database."""
        if self.events_url or not self.database_url.startswith("sqlite:"):
            return self.events_url or self.database_url
        return self.database_url.rpartition("/")[0] + f"/{EVENTS_FILE}"

    @property
    def redis_dir(self) -> Path:
        """The folder of the embedded Redis server."""
        return self.data_dir / "redis"

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read ``environ``; raise Misconfigured with every bad value at once. No file is read or made."""
        read = Reader(environ)
        data_dir = Path(read("DATA_DIR", ".activation", str)).expanduser().absolute()
        settings = cls(
            data_dir=data_dir,
            database_url=read(
                "DATABASE_URL", f"sqlite:///{data_dir / 'activation.db'}", database_url.checked
            ),
            events_url=read("EVENTS_URL", "", database_url.checked),
            broker_url=read("BROKER_URL", None, broker_url.checked),
            secret_keys=read("SECRET_KEY", (), secret_keys),
            api_keys=read("API_KEYS", (), long_words),
            web=WebSettings.load(read),
            log_level=read("LOG_LEVEL", "INFO", one_of(LOG_LEVELS, str.upper)),
            log_format=read("LOG_FORMAT", "text", one_of(LOG_FORMATS, str.lower)),
            connect_timeout=read("CONNECT_TIMEOUT", 10.0, number(float, HOUR)),
            read_timeout=(read_timeout := read("READ_TIMEOUT", 60.0, number(float, HOUR))),
            call_timeout=read("CALL_TIMEOUT", read_timeout + CALL_MARGIN, number(float, 2 * HOUR)),
            shutdown_grace=read("SHUTDOWN_GRACE", 2.0, number(float, HOUR)),
            replicas=read("REPLICAS", 0, number_of_replicas),
            idempotency_window=read("IDEMPOTENCY_WINDOW", 86400, number(int, YEAR)),
            retention_days=read("RETENTION_DAYS", 30.0, number(float, MAX_DAYS, "days")),
            trace_days=read("TRACE_DAYS", 30.0, number(float, MAX_DAYS, "days", zero=True)),
            event_days=read("EVENT_DAYS", 400.0, number(float, MAX_DAYS, "days", zero=True)),
            activity_days=read("ACTIVITY_DAYS", 365.0, number(float, MAX_DAYS, "days")),
            entry_days=read("ENTRY_DAYS", 400.0, number(float, MAX_DAYS, "days", zero=True)),
            alert_interval=read("ALERT_INTERVAL", 30.0, at_least(1, number(float, HOUR))),
            limit_window=read("LIMIT_WINDOW", 60.0, number(float, DAY)),
            environ=environ,
        )
        read.refuse_problems()
        return settings


class Reader:
    """Reads variables one by one and remembers the problem of each."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def __call__(self, name: str, default: Any, parse: Callable[[str], Any]) -> Any:
        """Return the variable as ``parse`` reads it; an empty one counts as unset."""
        text = self.environ.get(PREFIX + name, "").strip()
        if not text:
            return default
        if name not in PATHS and not text.isascii() and HALF_PAIR.search(text):
            self.problems.append(f"{PREFIX}{name} is not text in UTF-8")
            return default
        try:
            return parse(text)
        except ValueError as error:
            self.problems.append(f"{PREFIX}{name} {error}")
            return default

    def refuse_problems(self) -> None:
        """Raise Misconfigured when any variable was wrong."""
        if self.problems:
            raise Misconfigured("\n".join(self.problems))


def number_of_replicas(text: str) -> int:
    """Read a number of replicas."""
    if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) < MOST_REPLICAS):
        raise ValueError(f'is "{text[:SHOWN]}" but must be 0 or a whole number of replicas')
    return int(text)


def replicas_asked_for(environ: Mapping[str, str] = os.environ) -> int:
    """Read ``ACTIVATION_REPLICAS`` alone, for a producer that is told everything else."""
    read = Reader(environ)
    found: int = read("REPLICAS", 0, number_of_replicas)
    read.refuse_problems()
    return found


def long_words(text: str) -> tuple[str, ...]:
    """Split a comma list of API keys; a short one could be guessed."""
    keys = words(text)
    short = [str(position) for position, key in enumerate(keys, 1) if len(key) < SHORTEST_API_KEY]
    if short:
        raise ValueError(f"has a key of less than {SHORTEST_API_KEY} characters (number {', '.join(short)})")
    return keys


def secret_keys(text: str) -> tuple[str, ...]:
    """Split a comma list of Fernet keys, newest first."""
    keys = words(text)
    wrong = [str(position) for position, key in enumerate(keys, 1) if not is_key(key)]
    if wrong or not keys:
        raise ValueError(
            f"is not a comma list of keys of 32 bytes as URL-safe base64 (wrong: number {', '.join(wrong)})"
        )
    return keys
