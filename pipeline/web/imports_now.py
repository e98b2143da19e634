"""The present state of imports, for the API and the console."""

from pipeline.operate.imports import ImportStatus, read_imports
from pipeline.records.catalog import Catalog
from pipeline.web.context import stores
from pipeline.web.quick_redis import answering_redis


def imports_now(known: Catalog | None = None) -> tuple[ImportStatus, ...]:
    """Return the state of each import; if there is none, no events store is opened.

    ``known``: the records, if the caller has just read them.
    """
    place = stores()
    catalog = known or place.records_without_secrets.load()
    if not catalog.imports:
        return ()
    return read_imports(answering_redis(), place.engine, place.events, catalog)
