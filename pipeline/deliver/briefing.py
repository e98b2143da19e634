"""Briefing: before its first call a batch is told the identifiers known of its rows, and which are barred.

The sources of that knowledge are briefers; the process that delivers passes them in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from pipeline.deliver.job import Job
from pipeline.errors import Misconfigured, RetryLater
from pipeline.model.action import Action, Identifiers
from pipeline.model.activation import Activation
from pipeline.model.call import Rejection
from pipeline.stores.outage import is_outage


@dataclass(frozen=True)
class Briefing:
    """Knowledge of the rows of a batch, by their positions; identifiers that a row has itself stay."""

    identifiers: Mapping[int, Identifiers] = field(default_factory=dict)
    barred: Mapping[int, Rejection] = field(default_factory=dict)


class Briefer(Protocol):
    """Knows something of people, and reads it by one SQL query for each batch."""

    def brief(self, action: Action, rows: Sequence[Activation]) -> Briefing:
        """Return the knowledge of rows; it is asked for actions alone that want a briefing."""


def briefed(job: Job, briefers: Sequence[Briefer]) -> Job:
    """Return the job with all that is known of its rows, before every try of its first step.

    Raises:
        RetryLater: a store is down.
    """
    if job.progress.step or not job.action.wants_briefing:
        return job
    for briefer in briefers:
        try:
            briefing = briefer.brief(job.action, job.plan.rows)
        except (SQLAlchemyError, Misconfigured) as error:
            if not is_outage(error):
                raise
            raise RetryLater("OtherError", "what is known of people cannot be read") from error
        job = job.told(briefing.identifiers, briefing.barred)
    return job
