"""A folder of event files that tests land: without a server, in the order that is given."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, insert

from pipeline.event_files.file_name import read_name
from pipeline.event_files.file_parts import PART_BYTES
from pipeline.event_files.landing import Landing, open_landing
from pipeline.event_files.plain_file import Landed, PlainFile
from pipeline.model.event_import import EventImport
from pipeline.profiles.export import exported_lines
from pipeline.profiles.fold import Folding
from pipeline.stores.event_tables import event_files

IMPORT = EventImport("acme-events", "acme-files")
_mtimes = count(1)


def enter(engine: Engine, path: Path, settings: EventImport = IMPORT) -> PlainFile:
    """Write a file into the ledger, as a fetch does."""
    name = read_name(path.name)
    assert name is not None, path.name
    row = {
        "import_name": settings.name, "path": path.name, "size": path.stat().st_size, "mtime": next(_mtimes),
        "account": name.account, "feed": name.feed, "state": "fetched", "listed_at": datetime.now(UTC),
    }  # fmt: skip
    with engine.begin() as connection:
        number = connection.scalar(insert(event_files).values(row).returning(event_files.c.id))
    return PlainFile(path, int(number or 0), name.account, name.feed, settings)


def land(
    engine: Engine, paths: Iterable[Path], settings: EventImport = IMPORT, *, part_bytes: int = PART_BYTES,
    expected_lines: int | None = None,
) -> list[Landed]:  # fmt: skip
    """Land files one after the other."""
    paths = list(paths)
    if not paths:
        return []
    with open_landing(engine, paths[0].parent, part_bytes) as landing:
        return [land_one(engine, landing, path, settings, expected_lines) for path in paths]


def land_one(
    engine: Engine, landing: Landing, path: Path, settings: EventImport, expected_lines: int | None = None
) -> Landed:
    """Land one file."""
    file = enter(engine, path, settings)
    return landing.land(replace(file, expected_lines=expected_lines))


def export(engine: Engine) -> bytes:
    """Fold all that was landed, and return the export."""
    Folding(engine).run()
    return b"".join(exported_lines(engine))
