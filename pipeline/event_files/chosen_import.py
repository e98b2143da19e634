"""Imports that a person or a task names."""

from pipeline.errors import Misconfigured
from pipeline.event_files.import_schedule import FAILED, stops_of_import
from pipeline.model.event_import import EventImport
from pipeline.records.catalog import Catalog
from pipeline.records.stops import remedy
from pipeline.text.messages import unknown


def find_import(catalog: Catalog, name: str) -> EventImport:
    """Return an import by its name; raises Misconfigured when there is none."""
    if name not in catalog.imports:
        raise Misconfigured(unknown("import", name, catalog.imports))
    return catalog.imports[name]


def startable_import(catalog: Catalog, name: str) -> EventImport:
    """Return an import to run now; raises Misconfigured if there is none, or a person stopped it.

    One that has failed for long may be tried.
    """
    found = find_import(catalog, name)
    for stop in stops_of_import(catalog, found):
        if stop.code != FAILED:
            raise Misconfigured(f"{stop}: {remedy(catalog, stop)}")
    return found
