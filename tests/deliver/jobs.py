"""Jobs made without a store, for tests of the decision alone."""

from types import SimpleNamespace
from typing import Any

from pipeline.deliver.job_reading import read_job
from pipeline.deliver.progress import Progress
from pipeline.lanes.batch import batch_of
from pipeline.lanes.row import Row
from pipeline.model.action import Step
from pipeline.model.activation import Activation
from tests.deliver.export import FUNCTIONS, Export, call, cells

MERGE, LOOK, CREATE, FILL = FUNCTIONS
NAMES = ("merge", "look", "create", "fields")
PLAN = tuple(f"{name} {function}" for name, function in zip(NAMES, FUNCTIONS, strict=True))


class OneStep(Export):
    """One step alone; its options say of which kind."""

    def __init__(self, *records: Any, **options: Any) -> None:
        super().__init__(*records)
        self._options = options

    def steps(self, rows):
        return (Step("merge", MERGE, call(MERGE, "/"), cells, **self._options),)


def made(
    action=Export,
    *,
    function=MERGE,
    rows=2,
    tries=0,
    progress="",
    on_unknown="dead_letter",
    deaths=0,
    leavers=(),
    **options,
):
    """Make a job of rows p0, p1, ... whose batch has the permit of a function; ``leavers`` name some rows."""
    records = (
        SimpleNamespace(name="acme", api="sync"),
        SimpleNamespace(name="lapsed", audience="lapsed-buyers", on_unknown=on_unknown, honour=None),
    )
    numbers = {"attempt": "1", "tries": str(tries), "rows": str(rows), "deaths": str(deaths)}
    places = {"destination": "lapsed", "connector": "acme", "account": "account", "function": function}
    batch = batch_of("b1", {**numbers, **places, "state": "claimed", "progress": progress})
    ids = {"crm_id": "C"}
    call_types = ["REMOVE" if f"p{n}" in leavers else "ADD" for n in range(rows)]
    people = [Activation("lapsed-buyers", f"p{n}", kind, ids) for n, kind in enumerate(call_types)]
    return read_job(batch, action(*records, **options), [Row(one, b"{}") for one in people])


def merge(**options):
    """Make a job whose one call may be repeated."""
    return made(OneStep, **options)


def event(**options):
    """Make a job whose one call must not be repeated."""
    return made(OneStep, repeatable=False, **options)


def at(step, **options):
    """Make a job of several steps that has come to one of them."""
    return made(function=FUNCTIONS[step], progress=Progress(step, {}, PLAN).dumps(), **options)
