"""Reading of a job: how far its batch has got or, before the first step, which of its rows cannot be sent."""

import logging
from collections.abc import Mapping, Sequence
from itertools import starmap

from pipeline.deliver.job import Job
from pipeline.deliver.killers import unread, unread_job
from pipeline.deliver.places import at_planned_step
from pipeline.deliver.plan import plan_of
from pipeline.deliver.progress import Progress
from pipeline.lanes.batch import Batch, Contents
from pipeline.lanes.lanes import Lanes
from pipeline.lanes.quota import Quota
from pipeline.lanes.row import Row, read_rows
from pipeline.model.action import Action
from pipeline.model.call import Rejection
from pipeline.records.current import CurrentCatalog
from pipeline.settle.settlement import DeliveryResult, Settlement
from pipeline.text.plural import counted

log = logging.getLogger(__name__)

REMOVED = Rejection("Invalid", "the destination was removed before the row could be sent")
STALE = DeliveryResult("nothing to do: settled, or taken over by another attempt")


class JobReader:
    """Reads jobs from their batches; a changed configuration may end a batch here."""

    def __init__(self, lanes: Lanes, catalog: CurrentCatalog, settlement: Settlement) -> None:
        self._lanes = lanes
        self._catalog = catalog
        self._settlement = settlement

    def read(
        self,
        batch_id: str,
        attempt: int,
        states: Sequence[str],
        contents: Contents | None = None,
        next_quota: Quota | None = None,
    ) -> Job | DeliveryResult:
        """Read a batch in one of these states and the action it is for.

        ``contents``: the batch, if the caller has it. Returns the result if the delivery ends here.
        """
        contents = contents or self._lanes.read_batch(batch_id, deliver=True)
        if contents is None or contents[0].attempt != attempt or contents[0].state not in states:
            return STALE
        batch = contents[0]
        rows = tuple(starmap(unread, contents[1])) if batch.kills_workers else read_rows(contents[1])
        catalog = self._catalog()
        if batch.destination not in catalog.destinations:
            catalog = self._catalog.newest()
        destination = catalog.destinations.get(batch.destination)
        if destination is None:
            return self._end_removed(batch, rows)
        if destination.problem:
            return self._settlement.repeat(batch) or waiting(batch, destination.problem)
        action = catalog.action_of(destination)
        moved = destination.connector != batch.connector or batch.function not in action.functions
        if moved and batch.state == "claimed" and not batch.progress:
            given_back = DeliveryResult("given back: the destination was changed")
            return given_back if self._lanes.give_back(batch) else STALE
        return read_job(batch, action, rows, next_quota)

    def _end_removed(self, batch: Batch, rows: Sequence[Row]) -> DeliveryResult:
        """End a batch of a removed destination; another worker may know it under another connector.

        If the worker dies before the dead letters are written, the batch looks as if its call had gone out.
        """
        if batch.state == "claimed" and not self._lanes.begin(batch, call=False):
            return STALE
        return self._settlement.repeat(batch) or self._settlement.reject(batch, "removed", rows, REMOVED)


def waiting(batch: Batch, why: str) -> DeliveryResult:
    """Say why nothing can be done with a batch for now; it is looked at again when its lease ends."""
    return DeliveryResult(f"{counted(batch.rows, 'row')} of {batch.destination} waiting: {why}", again=True)


def read_job(batch: Batch, action: Action, rows: Sequence[Row], next_quota: Quota | None = None) -> Job:
    """Read how far the batch has got.

    Before its first step, rows that cannot be sent are sorted out: the configuration may have changed since
    they came in.
    """
    if batch.kills_workers:
        return unread_job(batch, action, rows, next_quota)
    if batch.progress:
        progress = Progress.loads(batch.progress)
        job = Job(batch, action, rows, progress, plan_of(action, rows, progress), next_quota=next_quota)
        return at_planned_step(job.at_step(progress.step))
    unread = {position: row.problem for position, row in enumerate(rows) if row.problem}
    try:
        problems = action.problems([row.activation for row in rows])
        return at_first_step(batch, action, rows, {**problems, **unread}, next_quota)
    except Exception:
        log.exception("rows not understood", extra={"batch": batch.id})
    alone = ((position, problem_alone(action, row)) for position, row in enumerate(rows))
    problems = {position: problem for position, problem in alone if problem is not None}
    return at_first_step(batch, action, rows, {**problems, **unread}, next_quota)


def problem_alone(action: Action, row: Row) -> str | None:
    """Return the problem of one row or None; if the action raises at the row, that is its problem."""
    try:
        problem = action.problem(row.activation)
        if problem is None:
            action.steps([row.activation])
    except Exception as error:  # noqa: BLE001 -- logged by the caller, once for the batch
        return f"its action cannot use it ({type(error).__name__}); the workers' log says where"
    return problem


def at_first_step(
    batch: Batch, action: Action, rows: Sequence[Row], problems: Mapping[int, str], next_quota: Quota | None
) -> Job:
    """Return the job before its first step: rows with a problem are rejected, further rows may be done."""
    rejected = {position: Rejection("Invalid", problem) for position, problem in problems.items()}
    leavers = enumerate(rows) if action.ignores_leavers else ()
    leaving = {position for position, row in leavers if row.activation.call_type == "REMOVE"}
    done = frozenset(leaving - rejected.keys())
    plan = plan_of(action, rows, Progress(0, rejected, done=done))
    progress, step = Progress(0, rejected, plan.names, done), next(iter(plan.steps), None)
    return Job(batch, action, rows, progress, plan, step, next_quota)
