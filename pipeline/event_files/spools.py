"""Spools: the folders of all imports on this machine, emptied once no run needs their files."""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import Engine

from pipeline.event_files.run_turn import ImportBusy, run_turn
from pipeline.event_files.spool import SPOOL, delete

CHECK = ".check-"  # the beginning of the name of a check's folder, which no import can have


def empty_spools(engine: Engine, data_dir: Path, kept: Collection[str] = ()) -> list[str]:
    """Delete the spools of all imports but ``kept``; return the names of those with a run under way.

    A file that was fetched and not landed is fetched again by the next run.
    """
    busy = []
    spool = data_dir / SPOOL
    folders = [path for path in spool.iterdir() if path.is_dir()] if spool.is_dir() else []
    for folder in folders:
        if folder.name in kept or folder.name.startswith(CHECK):
            continue
        try:
            with run_turn(engine, folder.name):
                delete(folder)
        except ImportBusy:
            busy.append(folder.name)
    return sorted(busy)
