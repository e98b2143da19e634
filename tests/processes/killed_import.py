"""``python -m tests.processes.killed_import``: an import of many rows that is killed at random, and goes on.

The files are 40 of the SFTP emulator's. Each `activation imports run` but the last is killed at a moment that
is drawn over landing and folding. It fails unless every row is there once, in the ledger, the store and the
profiles; nothing is new when the files are delivered again; and a rebuild exports the same bytes.
"""

import argparse
import random
import shutil
import sqlite3
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

from tests.emulators.sftp.conftest import SftpEmulator, serving
from tests.processes.import_installation import IMPORT, Installation
from tests.processes.import_totals import COUNTERS, open_events, problems_of, stored, written

HOURS = 8  # of each a file of each feed
FILES = HOURS * len(COUNTERS)
EVENTS_OF_PERSON = 20
FOLDING = 0.5  # of a run, beside 1 for landing
LOOK_SECONDS = 0.1


def killed_import(folder: Path, rows: int, kills: int, dice: random.Random) -> str:
    """Import ``rows`` rows, killed so many times, and return the report; raises AssertionError."""
    each, rows = rows // FILES, rows // FILES * FILES
    options = ["--feeds", ",".join(COUNTERS), "--files", str(HOURS), "--rows", str(each), "--ready", ".ready"]
    with serving(folder / "sftp", *options, "--people", str(rows // EVENTS_OF_PERSON)) as emulator:
        began = time.monotonic()
        installation = Installation(folder / "data", emulator)
        points = sorted(dice.uniform(0, 1 + FOLDING) for _ in range(kills))
        struck = [point for point in points if kill_at(installation, point, rows)]
        installation.read("imports", "run", IMPORT)
        seconds = time.monotonic() - began
        expected = written(emulator)
        assert set(expected.events.values()) == {each * HOURS}
        assert problems_of(installation, expected) == []
        deliver_again(emulator)
        again = installation.read("imports", "run", IMPORT)["files"]
        assert stored(installation) == expected.events
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
    with suppress(sqlite3.OperationalError), closing(open_events(installation)) as events:
        landed = events.execute("SELECT sum(events) FROM event_files").fetchone()[0] or 0
        last = events.execute("SELECT max(id) FROM handles").fetchone()[0] or 1
        cursor, folded = events.execute("SELECT cursor, folded FROM event_folds").fetchone()
        return float(landed / rows + FOLDING * (1 if folded >= landed > 0 else cursor / last))
    return 0.0


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
