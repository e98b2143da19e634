"""The state of a consent: the same for any order, repetition and delay of its statements.

::

    opened      the latest beginning of an epoch, by a proof or a command
    out_at      the latest opting out
    status      "out" if ``out_at`` is not before ``opened``; "in" after an epoch began; otherwise ""

Either is a maximum, so no statement can undo another one, and an opting out that is older than the epoch
belongs to an earlier one. Equal times: out. Times are ms since the epoch; -1: never.
"""

from dataclasses import dataclass, replace
from typing import Literal

from pipeline.consents.statement import IN, OUT, Statement, Wish

Again = Literal["never", "evidence", "manual"]
Status = Literal["out", "in", ""]

NEVER = -1


@dataclass(frozen=True)
class ConsentState:
    """The state of one address in one channel; ``epoch`` 0: nothing was said yet."""

    epoch: int = 0
    opened: int = NEVER
    out_at: int = NEVER
    in_at: int = NEVER  # the latest opting in, also one that begins no epoch

    @property
    def status(self) -> Status:
        """Return "out", "in", or "" if it is not known."""
        if self.out_at != NEVER and self.out_at >= self.opened:
            return OUT
        return IN if max(self.opened, self.in_at) != NEVER else ""


def state_after(state: ConsentState, statement: Statement, again: Again, now: int) -> ConsentState:
    """Return the state after a statement; the very state if it says nothing new."""
    at = time_of(state, statement, now)
    if statement.wish == OUT:
        return replace(state, out_at=max(state.out_at, at), epoch=max(state.epoch, 1))
    if begins_epoch(statement, again, now) and at > state.opened and not is_repeated(state, statement):
        return replace(state, opened=at, in_at=max(state.in_at, at), epoch=state.epoch + 1)
    return replace(state, in_at=max(state.in_at, at), epoch=max(state.epoch, 1))


def begins_epoch(statement: Statement, again: Again, now: int) -> bool:
    """Tell whether a statement begins an epoch; nothing does if ``again`` is "never".

    A proof of the future is none: it would outlive opting out.
    """
    if statement.wish == OUT or not statement.proven or again == "never":
        return False
    return statement.is_human or (again == "evidence" and (statement.at or 0) <= now)


def is_repeated(state: ConsentState, statement: Statement) -> bool:
    """Tell whether a human takes a person in that is in already: a late opting out still counts."""
    return statement.is_human and state.status == IN and state.opened != NEVER


def time_of(state: ConsentState, statement: Statement, now: int) -> int:
    """Return the time by which a statement counts: at most now.

    A command or an answer has no time of its own: it counts as later than all statements before it.
    """
    if statement.at is not None:
        return min(statement.at, now)
    if statement.wish == OUT:
        return max(now, state.opened)
    return max(now, state.opened + 1, state.out_at + 1)


def told_of(before: ConsentState, after: ConsentState, statement: Statement) -> Wish | None:
    """Return the wish that both sides are told after a statement; None: nothing has changed for them.

    An opting in tells them only by a new epoch, which ends an opting out or is the wish of a human.
    """
    if after.status == OUT:
        return OUT if before.status != OUT else None
    has_begun = after.opened > before.opened
    return IN if has_begun and (before.status == OUT or statement.is_human) else None
