"""``/batches`` and ``/batches/ID``: settled batches, and the verdict of each row of one."""

from flask import Response

from pipeline.operate.batches import find_batch, page_of_batches, rows_of_batch
from pipeline.web.console.blueprint import ConsoleBlueprint
from pipeline.web.console.filters import OUTCOMES, PERIODS, PageOfBatches, read_query
from pipeline.web.console.pages import may, page
from pipeline.web.context import page_of, stores
from pipeline.web.problems import Problem

FILTERS = ("connector", "destination", "outcome", "since")

batches = ConsoleBlueprint("batches")


@batches.get("/batches")
def show() -> Response:
    """Show the batches that match a filter, newest first."""
    query, place = read_query(PageOfBatches), stores()
    filters = {name: query.get(name) for name in FILTERS}
    catalog = place.records_without_secrets.load()
    return page(
        "batches",
        "Batches",
        found=page_of_batches(place.engine, page_of(query), **filters),
        filtered=any(value is not None for value in filters.values()),
        connectors=sorted(catalog.connectors),
        destinations=sorted(catalog.destinations),
        outcomes=OUTCOMES,
        periods=PERIODS,
    )


@batches.get("/batches/<batch_id>")
def show_one(batch_id: str) -> Response:
    """Show a batch; a key of scope ``operate`` also sees its rows, which have profile ids."""
    engine = stores().engine
    batch = find_batch(engine, batch_id)
    if batch is None:
        raise Problem("not-found", "There is no settled batch of this id; `/batches` lists them.")
    rows = rows_of_batch(engine, batch_id) if may("operate") else None
    return page("batch", f"Batch {batch_id}", batch=batch, rows=rows)
