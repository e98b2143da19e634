"""Totals of event files: what the emulator has written, and what ledger, store and profiles say."""

import csv
import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path

from tests.emulators.sftp.conftest import SftpEmulator
from tests.processes.import_installation import IMPORT, Installation

COUNTERS = {
    "SENT": "email_sent_ct", "OPEN": "email_open_ct", "CLICK": "email_click_ct", "BOUNCE": "email_bounce_ct",
    "OPT_OUT": "email_opt_out_ct",
}  # fmt: skip


@dataclass(frozen=True)
class Totals:
    """Events by feed, and people."""

    events: dict[str, int]
    people: int


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


def problems_of(installation: Installation, expected: Totals) -> list[str]:
    """Name what is not as it was written: in the ledger, the store, the profiles, and in a rebuild."""
    before = export(installation, "before.jsonl")
    installation.read("imports", "rebuild")
    rebuilt = export(installation, "after.jsonl")
    compared = {
        "ledger": in_ledger(installation) == sum(expected.events.values()),
        "store": stored(installation) == expected.events,
        "profiles": counted(before) == expected,
        "rebuild": cmp(before, rebuilt, shallow=False),
    }
    return [name for name, same in compared.items() if not same]


def in_ledger(installation: Installation) -> int:
    """Count the events that were new when their files landed."""
    files = installation.read("imports", "files", IMPORT)["files"]
    return sum(file["new"] for file in files if file["state"] == "landed")


def open_events(installation: Installation) -> sqlite3.Connection:
    """Connect to the events, to read."""
    return sqlite3.connect(f"file:{installation.data / 'events.db'}?mode=ro", uri=True)


def stored(installation: Installation) -> dict[str, int]:
    """Count the events of the store, which has each key once."""
    query = "SELECT word, count(*) FROM responsys_events e JOIN event_feeds f ON f.id = e.feed GROUP BY word"
    with closing(open_events(installation)) as events:
        return dict(events.execute(query).fetchall())


def export(installation: Installation, name: str) -> Path:
    """Export all profiles into a file of the data folder."""
    path = installation.data / name
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
    return Totals({feed: times for feed, times in events.items() if times}, people)
