"""Event files: the cost of counting each event once, against grouping the same files and forgetting them."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import import_delay, import_opening
from bench.finding import Finding
from bench.size import Size
from emulators.sftp.files.job import ExportJob

RUNS, FEEDS = 8, ("SENT", "OPEN", "CLICK", "BOUNCE", "OPT_OUT")  # 40 files
EVENTS_PER_PERSON = 20
UNTIL = datetime(2026, 11, 20, tzinfo=UTC)
MEMORY = "≤ 700"  # MiB of anonymous memory
Costs = dict[str, float]


def measure(size: Size, say: Callable[[str], None]) -> list[Finding]:
    """Land and fold files, then land the same ones again; then one large file, and deliveries beside."""
    with tempfile.TemporaryDirectory(prefix="bench-imports-") as name:
        many = of_many_files(Path(name), size.events, say)
    with tempfile.TemporaryDirectory(prefix="bench-imports-") as name:
        one = of_one_file(Path(name), size.events, say)
    return [*many, *one, *import_delay.measure(size, say)]


def of_many_files(folder: Path, rows: int, say: Callable[[str], None]) -> list[Finding]:
    """Measure each step in a process of its own."""
    say(f"{rows:,} rows in {RUNS * len(FEEDS)} files")
    job = ExportJob(folder, FEEDS, rows // (RUNS * len(FEEDS)), people=rows // EVENTS_PER_PERSON)
    job.backlog(RUNS, UNTIL, timedelta(hours=6))
    costs = {}
    for what in ("yardstick", "land", "fold", "profile", "again", "export"):
        say(what)
        costs[what] = step("land" if what == "again" else what, folder)
    stored = (folder / "store" / "events.db").stat().st_size
    return list(findings(costs, rows, stored))


def of_one_file(folder: Path, rows: int, say: Callable[[str], None]) -> list[Finding]:
    """Land all rows out of one file, then wrap that file and open it."""
    say(f"{rows:,} rows in one file")
    job = ExportJob(folder, ("SENT",), rows, people=rows // EVENTS_PER_PERSON)
    [plain] = job.run(UNTIL, timedelta(hours=48))
    landed = step("land", folder)
    assert landed["number"] == rows
    memory = Finding(
        "memory: land one file", landed["memory"], "MiB", f"{landed['cpu']:.0f} s of CPU", MEMORY
    )
    return [memory, *import_opening.measure(plain, folder / "wrapped", say)]


def step(name: str, folder: Path) -> Costs:
    """Run a step of ``bench.event_files``."""
    command = [sys.executable, "-m", "bench.event_files", name, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    costs: Costs = json.loads(done.stdout)
    return costs


def findings(costs: dict[str, Costs], rows: int, stored: int) -> list[Finding]:
    """Compare CPU seconds with the yardstick's."""
    cpu = {name: one["cpu"] for name, one in costs.items()}
    unit, note = "times the yardstick", f"DuckDB: CSV to GROUP BY person, {cpu['yardstick']:.1f} s of CPU"
    assert costs["land"]["number"] == rows
    assert costs["again"]["number"] == 0
    return [
        Finding("land event files", cpu["land"] / cpu["yardstick"], unit, note, "≤ 4"),
        Finding("land and fold", (cpu["land"] + cpu["fold"]) / cpu["yardstick"], unit, note, "≤ 8"),
        Finding("the same files again", cpu["again"] / cpu["yardstick"], unit, "nothing new", "≤ 0.2"),
        Finding("events store", stored / rows, "bytes", "per event, with profiles, on SQLite", "≤ 160"),
        Finding("one profile, 99 %", costs["profile"]["number"] / 1000, "ms", "by RIID", "≤ 20"),
        Finding("profiles exported", costs["export"]["number"] / cpu["export"], "profiles/s", "", "≥ 20,000"),
        *(Finding(f"memory: {name}", costs[name]["memory"], "MiB", "", MEMORY) for name in ("land", "fold")),
    ]
