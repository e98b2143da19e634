"""``python -m tests.processes.killed_import``: an import of many rows that is killed at random, and goes on.

The files are 40 of the SFTP emulator's. Each `activation imports run` but the last is killed at a moment that
is drawn over landing and folding. It fails unless every row is there once, in the ledger, the store and the
profiles; nothing is new when the files are delivered again; and a rebuild exports the same bytes.
"""

import argparse
import csv
import json
import random
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path

from tests.emulators.sftp.conftest import SftpEmulator, serving
from tests.processes.import_installation import IMPORT, Installation

COUNTERS = {
    "SENT": "email_sent_ct", "OPEN": "email_open_ct", "CLICK": "email_click_ct", "BOUNCE": "email_bounce_ct",
    "OPT_OUT": "email_opt_out_ct",
}  # fmt: skip
HOURS = 8  # of each a file of each feed
FILES = HOURS * len(COUNTERS)
EVENTS_OF_PERSON = 20
FOLDING = 0.5  # of a run, beside 1 for landing
LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Totals:
    """Events by feed, and people."""

    events: dict[str, int]
    people: int


def killed_import(folder: Path, rows: int, kills: int, dice: random.Random) -> str:
    """Import ``rows`` rows, killed so many times, and return the report; raises AssertionError."""
    each, rows = rows // FILES, rows // FILES * FILES
    options = ["--feeds", ",".join(COUNTERS), "--files", str(HOURS), "--rows", str(each), "--ready", ".ready"]
    with serving(folder / "sftp", *options, "--people", str(rows // EVENTS_OF_PERSON)) as emulator:
        began = time.monotonic()
        installation = Installation(folder, emulator)
        points = sorted(dice.uniform(0, 1 + FOLDING) for _ in range(kills))
        struck = [point for point in points if kill_at(installation, point, rows)]
        installation.read("imports", "run", IMPORT)
        seconds = time.monotonic() - began
        expected = written(emulator)
        assert set(expected.events.values()) == {each * HOURS}
        check_counts(installation, expected)
        check_rebuild(installation)
        deliver_again(emulator)
        again = installation.read("imports", "run", IMPORT)["files"]
        check_store(installation, expected)
    moments = ", ".join(f"{point / (1 + FOLDING):.0%}" for point in struck)
    return (
        f"{rows:,} rows of {expected.people:,} people in {len(again)} files, "
        f"{len(struck)} kill -9 at {moments} of the work, "
        f"{seconds:.0f} s: every event once, nothing new in the same files, the rebuild is byte-identical"
    )


def kill_at(installation: Installation, point: float, rows: int) -> bool:
    """Start a run and kill it when so much is done; False if it ended before."""

    def reached() -> bool:
        time.sleep(LOOK_SECONDS)
        return progress(installation, rows) >= point

    return installation.kill_when(reached)


def progress(installation: Installation, rows: int) -> float:
    """Return what is done: up to 1 of landing, then FOLDING more."""
    with suppress(sqlite3.OperationalError), closing(store(installation)) as events:
        landed = events.execute("SELECT sum(events) FROM event_files").fetchone()[0] or 0
        last = events.execute("SELECT max(id) FROM handles").fetchone()[0] or 1
        cursor, folded = events.execute("SELECT cursor, folded FROM event_folds").fetchone()
        return float(landed / rows + FOLDING * (1 if folded >= landed > 0 else cursor / last))
    return 0.0


def store(installation: Installation) -> sqlite3.Connection:
    """Connect to the events, to read."""
    path = installation.folder / "data" / "events.db"
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def written(emulator: SftpEmulator) -> Totals:
    """Count the rows of the emulator's files."""
    events: Counter[str] = Counter()
    people: set[str] = set()
    for path in emulator.folder.glob("*.txt"):
        with path.open(newline="", encoding="utf-8") as lines:
            rows = csv.reader(lines)
            place = next(rows).index("RIID")
            found = [row[place] for row in rows]
        events["_".join(path.stem.split("_")[1:-2])] += len(found)
        people.update(found)
    return Totals(dict(events), len(people))


def check_counts(installation: Installation, expected: Totals) -> None:
    """Compare ledger, store and profiles with what was written."""
    check_store(installation, expected)
    assert counted(export(installation, "before.jsonl")) == expected


def check_store(installation: Installation, expected: Totals) -> None:
    """Compare ledger and store with what was written."""
    files = installation.read("imports", "files", IMPORT)["files"]
    assert {file["state"] for file in files} == {"landed"}
    assert sum(file["new"] for file in files) == sum(expected.events.values())
    assert stored(installation) == expected.events


def check_rebuild(installation: Installation) -> None:
    """Build all profiles anew, and compare their bytes."""
    before = installation.folder / "before.jsonl"
    installation.read("imports", "rebuild")
    assert cmp(before, export(installation, "after.jsonl"), shallow=False)


def stored(installation: Installation) -> dict[str, int]:
    """Count the events of the store, and their keys."""
    query = "SELECT word, count(*) FROM responsys_events e JOIN event_feeds f ON f.id = e.feed GROUP BY word"
    with closing(store(installation)) as events:
        return dict(events.execute(query).fetchall())


def export(installation: Installation, name: str) -> Path:
    """Export all profiles."""
    path = installation.folder / name
    path.unlink(missing_ok=True)
    assert installation.start("profiles", "export", str(path)).wait() == 0
    return path


def counted(path: Path) -> Totals:
    """Add the counts of exported profiles up."""
    events = dict.fromkeys(COUNTERS, 0)
    people = 0
    with path.open("rb") as lines:
        for line in lines:
            profile = json.loads(line)
            people += 1
            for feed, field in COUNTERS.items():
                events[feed] += profile.get(field, 0)
    return Totals(events, people)


def deliver_again(emulator: SftpEmulator) -> None:
    """Write all files again, at another time: to the ledger they are others."""
    for path in emulator.folder.glob("*.txt"):
        copy = path.with_suffix(".new")
        shutil.copyfile(path, copy)
        copy.replace(path)


def main() -> None:
    """Read the command line, and do it."""
    parser = argparse.ArgumentParser(prog="python -m tests.processes.killed_import", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="killed-import-") as name:
        report = killed_import(Path(name), chosen.rows, chosen.kills, random.Random(chosen.seed))
    print(f"seed {chosen.seed}: {report}")  # noqa: T201


if __name__ == "__main__":
    main()
