"""One step of the imports section in a process of its own: ``python -m bench.event_files STEP FOLDER``.

Prints CPU seconds and the peak of anonymous memory (MiB) as JSON. ``yardstick`` has DuckDB group the same
files by person and forget the answer: no key, no store, no link.
"""

import json
import resource
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from sqlalchemy import Engine, insert, select

from bench.finding import percentile
from pipeline.event_files.file_name import read_name
from pipeline.event_files.landing import open_landing
from pipeline.event_files.plain_file import PlainFile
from pipeline.model.event_import import EventImport
from pipeline.model.feeds import COUNTERS
from pipeline.people.find import find_people
from pipeline.profiles.export import exported_lines, profiles_of
from pipeline.profiles.fold import Folding
from pipeline.stores.database import EVENTS, migrate, open_database, reading
from pipeline.stores.event_tables import event_files, handles

IMPORT = EventImport("bench", "bench")
SAMPLE = 0.05  # seconds
LOOKS = 1_000  # people looked up
TIME = "strptime(EVENT_CAPTURED_DT, '%d-%b-%Y %H:%M:%S')"


def open_events(folder: Path) -> Engine:
    """Return the store of the measurement."""
    engine = open_database(f"sqlite:///{folder / 'store' / 'events.db'}")
    migrate(engine, EVENTS)
    return engine


def land(folder: Path) -> int:
    """Land all files, under names that the ledger does not know."""
    engine = open_events(folder)
    with open_landing(engine, folder) as landing:
        return sum(landing.land(enter(engine, path)).new for path in sorted(folder.glob("*.txt")))


def enter(engine: Engine, path: Path) -> PlainFile:
    """Write a file into the ledger, as a fetch does."""
    name = read_name(path.name)
    assert name is not None
    row = {
        "import_name": "bench", "path": path.name, "size": path.stat().st_size, "mtime": time.time_ns(),
        "account": name.account, "feed": name.feed, "state": "fetched", "listed_at": datetime.now(UTC),
    }  # fmt: skip
    with engine.begin() as connection:
        number = connection.scalar(insert(event_files).values(row).returning(event_files.c.id))
    return PlainFile(path, int(number or 0), name.account, name.feed, IMPORT)


def fold(folder: Path) -> int:
    """Fold all that was landed."""
    return Folding(open_events(folder)).run()


def export(folder: Path) -> int:
    """Export all profiles."""
    return sum(1 for _ in exported_lines(open_events(folder)))


def profile(folder: Path) -> int:
    """Look people up by RIID, each alone; return the microseconds that 99 of 100 take at most."""
    engine, seconds = open_events(folder), []
    with engine.connect() as connection:
        known = select(handles.c.value).where(handles.c.kind == "riid").order_by(handles.c.value)
        riids = connection.scalars(known.limit(LOOKS)).all()
    for riid in riids:
        began = time.perf_counter()
        with reading(engine) as connection:
            assert profiles_of(connection, find_people(connection, riid))
        seconds.append(time.perf_counter() - began)
    return round(1e6 * percentile(seconds, 0.99))


def yardstick(folder: Path) -> int:
    """Group the files by person."""
    feeds = {path.name: read_name(path.name).feed for path in folder.glob("*.txt")}  # type: ignore[union-attr]
    values = [
        "max(moment)",
        "arg_max(EMAIL, moment)",
        "list(DISTINCT OFFER_URL)",
        "list(DISTINCT SEGMENT_INFO)",
    ]
    for feed in COUNTERS:
        mine = f"FILTER (feed = '{feed}')"
        values += [f"count(*) {mine}", f"min(moment) {mine}", f"max(moment) {mine}"]
    files = " UNION ALL BY NAME ".join(
        f"SELECT *, '{feed}' AS feed FROM read_csv('{folder / name}', header = true, all_varchar = true, "
        f"delim = ',', quote = '\"')"
        for name, feed in feeds.items()
    )
    with duckdb.connect(config={"threads": 2}) as connection:
        rows = f"SELECT *, {TIME} AS moment FROM ({files})"
        connection.execute(
            f"CREATE TABLE answer AS SELECT RIID, {', '.join(values)} FROM ({rows}) GROUP BY RIID"
        )
        return int(connection.execute("SELECT count(*) FROM answer").fetchall()[0][0])


def anonymous() -> int:
    """Return the anonymous memory of this process, in KiB."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    return 0


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and its ended children."""
    used = [resource.getrusage(which) for which in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


STEPS = {"land": land, "fold": fold, "export": export, "profile": profile, "yardstick": yardstick}


def main() -> None:
    """Run a step and print its costs."""
    step, folder = STEPS[sys.argv[1]], Path(sys.argv[2])
    peak, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(SAMPLE):
            peak[0] = max(peak[0], anonymous())

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    number = step(folder)
    done.set()
    watching.join()
    print(json.dumps({"number": number, "cpu": cpu_seconds(), "memory": peak[0] / 1024}))


if __name__ == "__main__":
    main()
