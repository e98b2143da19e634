"""Killers: batches that end their workers before the call begins, as by a row that takes all memory to read.

Nothing was sent, so such a batch is claimed again when its lease ends. After the second death it is halved
unread, and each half after one more, until the row stands alone; after three deaths that becomes a dead
letter. See ``decide`` for the moves.
"""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from pipeline.deliver.job import Job
from pipeline.deliver.plan import NOTHING
from pipeline.deliver.progress import Progress
from pipeline.lanes.batch import Batch, profile_and_text
from pipeline.lanes.quota import Quota
from pipeline.lanes.row import Row
from pipeline.model.action import Action
from pipeline.model.activation import Activation
from pipeline.model.call import Rejection
from pipeline.text.plural import counted


def unread(line: bytes, row: bytes) -> Row:
    """Return a row that is not read; no name but that of its profile is known."""
    profile, text = profile_and_text(line, row)
    return Row(Activation(audience="", profile_id=profile, call_type="UPDATE"), text)


def unread_job(batch: Batch, action: Action, rows: Sequence[Row], next_quota: Quota | None) -> Job:
    """Return the job of a batch without reading its rows; their audience is that of the destination.

    A row that is alone is rejected, so that its action is asked nothing about it.
    """
    audience = action.destination.audience
    named = [msgspec.structs.replace(row.activation, audience=audience) for row in rows]
    rows = [Row(activation, row.text) for activation, row in zip(named, rows, strict=True)]
    progress = Progress.loads(batch.progress)
    if len(rows) == 1:
        why = Rejection("OtherError" if progress.step else "Invalid", ended_workers(batch))
        progress = replace(progress, rejected={0: why})
    return Job(batch, action, rows, progress, NOTHING, next_quota=next_quota)


def ended_workers(batch: Batch) -> str:
    """Say how many workers a batch has ended."""
    return f"its worker ended {counted(batch.deaths, 'time')} before its call"
