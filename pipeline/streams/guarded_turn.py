"""A turn in which records are taken: its end is noted, and too many changes are not sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from pipeline.produce.appender import Appender
from pipeline.snapshots.concerns import Unconfirmed
from pipeline.streams.change_guard import ChangeGuard, Confirm
from pipeline.streams.page_taking import PageTaking
from pipeline.streams.stream_outbox import StreamOutbox
from pipeline.streams.stream_turn import StreamTurn
from pipeline.streams.withheld_changes import decide_anew


@dataclass(frozen=True)
class Guarding:
    """How many people of a source may change in a run; ``confirm`` asks a person about more."""

    max_change: float  # percent
    confirm: Confirm
    resend: bool  # all are sent, changed or not
    in_turn: bool = False  # a run may look at some of the people only


@contextmanager
def taking_records(
    turn: StreamTurn, appender: Appender, taking: PageTaking, guarding: Guarding
) -> Iterator[tuple[StreamOutbox, ChangeGuard]]:
    """Take records in a turn, with nothing left over from earlier runs; at the end all that follows is sent.

    Raises Unconfirmed then if too many people have changed.
    """
    guard = ChangeGuard.begin(turn, guarding.max_change, guarding.confirm, resend=guarding.resend)
    outbox = StreamOutbox(turn, appender, withheld=guard.is_active)
    try:
        outbox.begin()
        taking.follower.prepare()
        yield outbox, guard
        guard.ask(taking.counts.gone, taking.counts.read if guarding.in_turn else None)
        decide_anew(turn, taking.pairing)
        guard.clear()
        outbox.release()
    except Exception as error:
        numbers = asdict(taking.counts)
        if isinstance(error, Unconfirmed):
            numbers["activations"] = 0  # all of them wait
        turn.write(trouble=type(error).__name__, numbers=numbers)
        raise
    turn.write(trouble="", succeeded_at=datetime.now(UTC), numbers=asdict(taking.counts))
