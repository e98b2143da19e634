"""Ledger: one final record of every batch, with its dead letters, statistics and note for witnesses.

It is written in one SQL transaction, which begins with the batch's record. A second worker with the same
batch finds the record, writes nothing, and settles the batch as recorded.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from pipeline.lanes.batch import Batch
from pipeline.lanes.row import Row
from pipeline.model.action import Action, Identifiers
from pipeline.model.call import Done, FinalVerdict, Rejection
from pipeline.settle import dead_letters
from pipeline.settle import statistics as stats
from pipeline.settle.dead_letters import DeadLetter, shortened
from pipeline.settle.email_record import EmailsOut, pack_emails
from pipeline.settle.left_out import LEFT_OUT
from pipeline.settle.outcomes import UNCHANGED, pack
from pipeline.settle.row_prints import prints_of
from pipeline.settle.witness_notes import note_of
from pipeline.stores.database import driver, reading
from pipeline.stores.outage import is_outage
from pipeline.stores.outcome_tables import batches, witness_notes
from pipeline.stores.upsert import insert_new
from pipeline.text.escapes import escaped
from pipeline.text.redaction import Hidden

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BatchOutcome:
    """The rows of a batch by their verdicts; ``returned`` are the positions of those given back.

    ``unchanged``: the positions of the rows that were so already, which are not among ``delivered``.
    ``seconds``: how long its last call took; None: it had none, or one that was answered later.
    """

    rows: Sequence[Row]
    delivered: Sequence[Row]
    rejected: Sequence[tuple[int, Row, Rejection]]  # each with its position
    returned: Sequence[int] = ()
    seconds: float | None = None
    unchanged: Sequence[int] = ()
    # The codes of the rows that were not simply delivered, by position, as in outcomes.py.
    codes: Mapping[int, str | None] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)  # values that rows were sent without, by column
    learned: Mapping[int, Identifiers] | None = None  # by position; None: nothing is noted for witnesses
    emails: EmailsOut | None = None  # None: the call sent none of a campaign

    @classmethod
    def of(
        cls,
        rows: Sequence[Row],
        verdicts: Sequence[FinalVerdict],
        returned: Sequence[int] = (),
        seconds: float | None = None,
        *,
        action: Action | None = None,
        learned: Mapping[int, Identifiers] | None = None,
        emails: EmailsOut | None = None,
    ) -> "BatchOutcome":
        """Sort rows by their verdicts, of which there is one for each.

        ``action`` counts the values that rows were sent without, and tells whether ``learned`` is noted.
        """
        delivered, unchanged, rejected = rows, list[int](), list[tuple[int, Row, Rejection]]()
        if returned or any(verdicts) or len(verdicts) != len(rows):
            back = set(returned)
            judged = [one for one in zip(range(len(rows)), rows, verdicts, strict=True) if one[0] not in back]
            delivered = [row for _, row, verdict in judged if verdict is None]
            unchanged = [position for position, _, verdict in judged if isinstance(verdict, Done)]
            rejected = [(position, row, why) for position, row, why in judged if isinstance(why, Rejection)]
        codes: dict[int, str | None] = {
            **dict.fromkeys(unchanged, UNCHANGED),
            **{position: why.code for position, _, why in rejected},
            **dict.fromkeys(returned),
        }
        left_out = (
            action.left_out(row.activation for row in delivered) if action and action.leaves_out else {}
        )
        noted = learned if action and action.witnessed else None
        return cls(rows, delivered, rejected, returned, seconds, unchanged, codes, left_out, noted, emails)


def write_outcome(
    engine: Engine,
    batch: Batch,
    action: str,
    outcome: BatchOutcome,
    *,
    traced: bool = True,
    shorter: bool = False,
) -> Sequence[int]:
    """Write the outcome of a batch, once; return the positions of the rows to give back.

    If the batch has a record already, nothing is written and that record's positions are returned.
    ``traced``: keep the outcome of each row, for ``activation trace``. ``shorter``: write dead letters in a
    shorter form, as is done if the database refuses one as it is.
    """
    now = datetime.now(UTC)
    record, numbers = _record(batch, action, outcome, traced=traced)
    letters = _letters(batch, outcome, shorter=shorter)
    try:
        with engine.begin() if letters else driver(engine) as connection:
            new = insert_new(connection, batches, record | {"finished_at": now})
            if new and isinstance(connection, Connection):  # there are letters to write
                dead_letters.store(connection, letters, now)
            if new and outcome.learned is not None:
                note = note_of(batch, now, outcome.rows, outcome.codes, outcome.learned)
                insert_new(connection, witness_notes, note)
            if new:
                stats.add(connection, now, stats.Where(batch.connector, batch.destination), numbers)
    except Exception as error:
        if shorter or is_outage(error) or not letters:
            raise
        log.exception("dead letters not stored as they are", extra={"batch": batch.id})
        return write_outcome(engine, batch, action, outcome, traced=traced, shorter=True)
    return outcome.returned if new else find(engine, batch.id) or ()


def _record(
    batch: Batch, action: str, outcome: BatchOutcome, *, traced: bool
) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the batch's record but for its time, and its numbers for the statistics."""
    activations = [row.activation for row in outcome.rows]
    call_types = [activation.call_type for activation in activations]
    profiles = [activation.profile_id for activation in activations]
    rejected, unchanged, given_back = map(len, (outcome.rejected, outcome.unchanged, outcome.returned))
    whole = len(outcome.delivered) == len(profiles)
    delivered = call_types if whole else [row.activation.call_type for row in outcome.delivered]
    removed = delivered.count("REMOVE")
    record = {
        "id": batch.id, "destination": batch.destination, "connector": batch.connector, "action": action,
        "attempt": batch.attempt, "rows": len(profiles),
        "delivered": len(delivered) + unchanged, "rejected": rejected, "returned": list(outcome.returned),
        "outcome": "rejected" if rejected == len(profiles) else "delivered",
        "removed": removed, "unchanged": unchanged,
        "outcomes": pack(profiles, call_types, outcome.codes) if traced else None,
        "prints": prints_of(profiles) if traced else None,
        "seconds": None if outcome.seconds is None else round(outcome.seconds, 3),
        **({"emails": pack_emails(outcome.emails, len(profiles))} if traced and outcome.emails else {}),
    }  # fmt: skip
    numbers = {
        "sent": len(delivered) - removed, "removed": removed, "unchanged": unchanged,
        "batches": 1, "rows": len(profiles) - given_back,
        **{f"{LEFT_OUT}{column}": amount for column, amount in outcome.left_out.items()},
    }  # fmt: skip
    return record, numbers


def find(engine: Engine, batch: str) -> Sequence[int] | None:
    """Return the positions to give back when the batch has a record, else None."""
    wanted = select(batches.c.returned).where(batches.c.id == batch)
    with reading(engine) as connection:
        found = connection.execute(wanted).scalar_one_or_none()
    return None if found is None else list(found)


def _letters(batch: Batch, outcome: BatchOutcome, *, shorter: bool) -> list[DeadLetter]:
    """Return the dead letters of the rows that were rejected."""
    if not outcome.rejected:
        return []
    hidden = Hidden(rows=[row.activation for row in outcome.rows])
    letters = [
        DeadLetter(
            id=dead_letters.letter_id(batch.id, str(position)),
            connector=batch.connector,
            destination=batch.destination,
            audience=row.activation.audience,
            profile_id=row.activation.profile_id,
            code=why.code,
            detail=hidden(why.detail),  # which may quote other rows of the call
            activation=escaped(row.text),
            batch=batch.id,
            email=outcome.emails.unknown_email(position) if outcome.emails else None,
        )
        for position, row, why in outcome.rejected
    ]
    return [*map(shortened, letters)] if shorter else letters
