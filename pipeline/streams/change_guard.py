"""The guard on changes: when too many people change in one run, nothing is sent before a person agrees.

Activations of a run wait in ``outgoing`` until its end, and ``streams.changing`` counts the people with
changed values, in the transaction of each page. The number stays if a run does not come to its end::

    few changes, or confirmed    pairs decide anew about waiting writes, changing is 0 again, all is appended
    too many                     all waits on; the next run reads on, and asks again with both numbers

New records do not count, nor does a first reading. Consents that a page tells of have a guard of their own
(bursts), and are passed on by a worker.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from pipeline.snapshots.concerns import Concern, Unconfirmed
from pipeline.stores.database import reading
from pipeline.stores.stream_tables import records
from pipeline.streams.stream_state import StreamState
from pipeline.streams.stream_turn import StreamTurn

FEW = 20  # people that may change without a confirmation
EVERYBODY = 100  # percent

Confirm = Callable[[Sequence[Concern]], bool]


def unconfirmed(_concerns: Sequence[Concern]) -> bool:
    """Confirm nothing."""
    return False


@dataclass(frozen=True)
class ChangeGuard:
    """Decides at the end of a run whether the waiting changes are sent; ``confirm`` asks a person."""

    turn: StreamTurn
    max_change: float  # percent of the people known
    confirm: Confirm
    is_active: bool  # changed people are counted, and their activations wait
    before: StreamState  # as earlier runs left it

    @classmethod
    def begin(cls, turn: StreamTurn, max_change: float, confirm: Confirm, *, resend: bool) -> "ChangeGuard":
        """Begin a run; neither a first reading nor ``resend`` is guarded, unless something waits already."""
        is_active = is_guarded(turn.state, max_change, resend=resend)
        return cls(turn, max_change, confirm, is_active, turn.state)

    def columns(self, altered: int) -> dict[str, int]:
        """Return the column to write with a page; ``altered``: people changed by this run so far."""
        return {"changing": self.before.changing + altered if self.is_active else 0}

    def ask(self, gone: int = 0, looked_at: int | None = None) -> None:
        """Raise Unconfirmed if the changes counted are too many.

        ``gone``: people that were known before the run and are gone; they count as known. ``looked_at``:
        people, by a run that looks at some in turn.
        """
        changing = self.turn.state.changing
        if changing > FEW:
            known = self._known() + gone
            if looked_at is not None:
                known = known_in_turn(self.before, changing, known, looked_at)
            concern = concern_of(self.turn.state.source, changing, known, self.max_change)
            if concern is not None and not self.confirm([concern]):
                raise Unconfirmed([concern])

    def clear(self) -> None:
        """Forget the changes counted."""
        if self.turn.state.changing:
            self.turn.write(changing=0)

    def _known(self) -> int:
        return known_people(self.turn.engine, self.turn.state.source)


def is_guarded(state: StreamState, max_change: float, *, resend: bool) -> bool:
    """Tell whether the changes of a run are counted before they are sent."""
    return bool(state.changing) or not (state.is_baseline or resend or max_change >= EVERYBODY)


def known_people(engine: Engine, source: str) -> int:
    """Count the people that a source has read and that are not gone."""
    own = (records.c.source == source, ~records.c.gone, records.c.digest != "")
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(records).where(*own)) or 0


def known_in_turn(before: StreamState, changing: int, known: int, looked_at: int) -> int:
    """Return the people of whom changes are a share: those that a part of a round has looked at.

    Otherwise a side that was emptied would be passed on by parts, each of them a small share of all people.
    The people of further parts do not make fewer of the changes that wait for a person.
    """
    is_stopped = before.changing > 0 and before.trouble == Unconfirmed.__name__
    return changing if is_stopped else min(known, before.changing + looked_at)


def concern_of(source: str, changing: int, known: int, max_change: float) -> Concern | None:
    """Return the concern of a run that changes people; None: they are few."""
    if changing <= FEW or changing * 100 <= known * max_change:
        return None
    share = f"{100 * changing / known:.3g} %" if known else "all"
    text = f'{changing:,} of {known:,} people ({share}) of source "{source}" would change'
    return Concern("changing", f"{text}; up to {max_change:g} % is taken for granted")
