"""Operations on sources: a person lets a source run now, in a worker that may die in between.

The next run of an audience brings an interrupted one to its end (snapshots/sync.py). So an operation that
lost its worker is run again from the beginning.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from pipeline.errors import PipelineError
from pipeline.produce.appender import Appender, AppendFailed
from pipeline.records.catalog import Catalog
from pipeline.settle.operations import RUN_NUMBERS, Operation, claim, note_progress
from pipeline.snapshots import source_runs
from pipeline.snapshots.concerns import Unconfirmed
from pipeline.snapshots.parts import Part
from pipeline.snapshots.sync import Outcome
from pipeline.stores.row_lease import Busy, Lost
from pipeline.streams.stream_run import StreamOutcome

log = logging.getLogger(__name__)

# Runs a source, as ``SourceRunner.run`` does.
RunSource = Callable[..., Outcome | StreamOutcome]

RENEW_SECONDS = 5.0
LATER = (Busy, Lost, AppendFailed)  # after which a run is tried again
GIVEN_BACK = {"alive_at": None}  # the lease of an operation that has read nothing
WAY_OUT = "if the numbers are right, run it with `confirm`"


@dataclass
class RunProgress:
    """Numbers of a run so far; written by one thread and read by another."""

    parts: list[Part] = field(default_factory=list)
    sent: int = 0  # activations of the parts before the present one
    of_part: int = 0  # activations of the present part

    def plan(self, part: Part) -> None:
        """Note the difference that was found for a destination."""
        self.parts.append(part)

    def note(self, phase: str, amount: int) -> None:
        """Note the activations of one part that have been sent; they begin at 0 with each part."""
        if phase == "sent":
            self.sent += self.of_part if amount < self.of_part else 0
            self.of_part = amount

    @property
    def numbers(self) -> dict[str, int]:
        """The sums of all parts."""
        return {**numbers_of(list(self.parts)), "sent": self.sent + self.of_part}


def carry_out(
    engine: Engine, run: RunSource, catalog: Catalog, identity: str, appender: Appender
) -> Operation | None:
    """Run the source of an operation by ``run``; None if another worker is at it or it has ended.

    While another run of the audience is under way, or Redis is away, the operation waits.
    """
    operation = claim(engine, identity, secrets.token_hex(8))
    if operation is None:
        return None
    progress = RunProgress()
    with renewed(engine, operation, progress):
        changes = attempt(run, catalog, operation, appender, progress)
    with engine.begin() as connection:
        return replace(operation, **changes) if note_progress(connection, operation, **changes) else None


def attempt(
    run: RunSource,
    catalog: Catalog,
    operation: Operation,
    appender: Appender,
    progress: RunProgress,
) -> dict[str, Any]:
    """Run the source once, and return the columns that change."""
    confirmed = bool(operation.chosen["confirm"])
    options: dict[str, Any] = {
        "confirm": lambda _: confirmed,
        "on_part": progress.plan,
        "progress": progress.note,
    }
    try:
        source = source_runs.find_source(catalog, operation.chosen["source"])
        if source.is_stream and operation.chosen.get("full"):
            options["full"] = True
        outcome = run(catalog, source, appender, **options)
    except LATER as error:
        log.info("run put off", extra={"operation": operation.id, "error": type(error).__name__})
        return {"state": "waiting", **(GIVEN_BACK if isinstance(error, Busy) else {})}
    except PipelineError as error:
        way_out = f"; {WAY_OUT}" if isinstance(error, Unconfirmed) else ""
        return {"state": "stopped", "detail": f"{error}{way_out}", "ended_at": datetime.now(UTC)}
    return changes_after_stream(outcome) if isinstance(outcome, StreamOutcome) else changes_after(outcome)


def changes_after_stream(outcome: StreamOutcome) -> dict[str, Any]:
    """Return the columns of an operation after the run of a stream."""
    counts = outcome.counts
    numbers = dict.fromkeys(RUN_NUMBERS, 0) | {"changed": counts.changed, "sent": outcome.sent}
    done = {"done": outcome.sent, "failed": counts.refused, "numbers": numbers}
    return {**done, "state": "done", "ended_at": datetime.now(UTC)}


def changes_after(outcome: Outcome) -> dict[str, Any]:
    """Return the columns of an operation after its run."""
    numbers = numbers_of([*outcome.finished, *outcome.parts])
    changes = {"done": numbers["sent"], "failed": outcome.counts.refused, "numbers": numbers}
    if outcome.sent:
        return {**changes, "state": "done", "ended_at": datetime.now(UTC)}
    why = "; ".join(concern.text for concern in outcome.concerns)
    return {**changes, "state": "stopped", "detail": f"{why}; {WAY_OUT}", "ended_at": datetime.now(UTC)}


def numbers_of(parts: Sequence[Part]) -> dict[str, int]:
    """Add up the numbers of parts."""
    return {name: sum(getattr(part, name) for part in parts) for name in RUN_NUMBERS}


@contextmanager
def renewed(engine: Engine, operation: Operation, progress: RunProgress) -> Iterator[None]:
    """Keep the lease of an operation, and its numbers up to date, while the context lasts."""
    ended = threading.Event()
    beating = threading.Thread(
        target=renew, args=(engine, operation, progress, ended), name="operation", daemon=True
    )
    beating.start()
    try:
        yield
    finally:
        ended.set()
        beating.join()


def renew(engine: Engine, operation: Operation, progress: RunProgress, ended: threading.Event) -> None:
    """Write the numbers until ``ended``."""
    while not ended.wait(RENEW_SECONDS):
        try:
            with engine.begin() as connection:
                note_progress(connection, operation, numbers=progress.numbers)
        except SQLAlchemyError as error:
            fields = {"operation": operation.id, "error": type(error).__name__}
            log.warning("operation not renewed", extra=fields)
