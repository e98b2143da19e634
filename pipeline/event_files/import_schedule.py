"""Schedule: imports run when they are due, from launch on, or when their last run was interrupted.

Keys
    turn:import:{name}:{every}   there until the import is due again; its minutes are part of the name, so
                                 that a shorter interval counts at once
    turn:imports                 there while a worker has looked for interrupted runs recently
"""

from collections.abc import Callable, Iterator

from sqlalchemy import Engine

from pipeline.event_files.run_turn import interrupted_imports
from pipeline.model.event_import import EventImport
from pipeline.records.catalog import Catalog
from pipeline.records.stops import Stop, stop_of

INTERRUPTED_EVERY = 60.0  # seconds
FAILED = "FAILED"  # the code of the hold after ten hours of failures


def due(catalog: Catalog, engine: Engine, take: Callable[[str, float], bool]) -> Iterator[str]:
    """Name the imports to run; ``take``: takes a duty for some seconds, False if another worker has it."""
    running = {name: each for name, each in catalog.imports.items() if not stops_of_import(catalog, each)}
    for name, each in running.items():
        if take(duty_of(each), each.every * 60):
            yield name
    if running and take("imports", INTERRUPTED_EVERY):
        yield from (name for name in interrupted_imports(engine) if name in running)


def duty_of(each: EventImport) -> str:
    """Name the duty of running an import."""
    return f"import:{each.name}:{each.every:g}"


def stops_of_import(catalog: Catalog, each: EventImport) -> list[Stop]:
    """Return the stops of an import: its own, and that of its connector."""
    found = (stop_of(catalog, "import", each.name), stop_of(catalog, "connector", each.connector))
    return [stop for stop in found if stop]
