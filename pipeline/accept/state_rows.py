"""State rows: one row per profile of a claim, for destinations with an action that coalesces."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from hashlib import sha1

from pipeline.model.activation import Activation, decode
from pipeline.model.overlay import overlay


@dataclass(frozen=True)
class StateRow:
    """The one row of a profile that a claim adds at a destination of a state action.

    Rows are written as "lane, NUL, JSON" or "lane, NUL, recipient, NUL, JSON".

    ``own_row``: the overlay of this claim's changes, of which
    ``absorbed`` were laid over. ``merged_row``: ``own_row`` laid over the row that already waits.
    ``waiting_sha1``: SHA-1 of that waiting row, so that accept.lua can tell whether it is still there.
    The last two are "" if no row waits.
    """

    destination: str
    profile: str
    own_row: str
    absorbed: int
    merged_row: str = ""
    waiting_sha1: str = ""
    occurred_us: str = ""  # microseconds since the epoch; "" if the change does not say


def state_row(
    destination: str,
    profile: str,
    changes: Sequence[Activation],
    waiting_row: bytes,
    newest_us: int,
    written: Callable[[Activation], str],
) -> StateRow:
    """Make one row of a profile's changes in this claim.

    ``waiting_row``: the row that already waits, b"" for none. ``newest_us``: when the newest change accepted
    before occurred, 0 if that is not known. ``written``: an activation as "lane, NUL, JSON".

    Example: the newest change before is of 10:00, and a row with tier "silver" and points 5 waits. The claim
    has three changes: of 9:50 with points 1, of 10:05 with tier "gold", of 10:07 with points 7. The first is
    late. ``own_row`` has tier "gold" and points 7, as has ``merged_row``; 2 changes were absorbed.
    Without the third change ``own_row`` has only tier "gold", ``merged_row`` also the waiting points 5.
    If all changes are late, ``own_row`` is made of all; accept.lua then counts it as absorbed, too.
    """
    current = [change for change in changes if not late(change, newest_us)] or changes
    own = reduce(overlay, current)
    row = StateRow(
        destination, profile, written(own), len(changes) - 1, occurred_us=microseconds(own.occurred_at)
    )
    if not waiting_row:
        return row
    merged = overlay(activation_in(waiting_row), own)
    waiting_sha1 = sha1(waiting_row, usedforsecurity=False).hexdigest()
    return replace(row, merged_row=written(merged), waiting_sha1=waiting_sha1)


def in_order(rows: Sequence[StateRow]) -> list[StateRow]:
    """Order the rows of profiles that share a recipient by the time of their newest change.

    Such a row is laid over none that waits, or it would come before older rows that are added after it.
    """
    profiles = Counter(filter(None, (recipient_of(row) for row in rows)))
    if not profiles or max(profiles.values()) == 1:
        return list(rows)
    shared = [place for place, row in enumerate(rows) if profiles.get(recipient_of(row), 0) > 1]
    ordered = list(rows)
    by_time = sorted((rows[place] for place in shared), key=lambda row: int(row.occurred_us or 0))
    for place, row in zip(shared, by_time, strict=True):
        ordered[place] = replace(row, merged_row="", waiting_sha1="")
    return ordered


def recipient_of(row: StateRow) -> str:
    """Return the hash of a row's recipient; "" for none."""
    return row.own_row.rpartition("\0")[0].partition("\0")[2]


def late(change: Activation, newest_us: int) -> bool:
    """Tell whether a change is older than one accepted before, so that none of its fields counts any more."""
    occurred_us = microseconds(change.occurred_at)
    return occurred_us != "" and int(occurred_us) < newest_us


def microseconds(moment: datetime | None) -> str:
    """Write a time as microseconds since the epoch; "" for None."""
    return str(round(moment.timestamp() * 1_000_000)) if moment else ""


def activation_in(row: bytes) -> Activation:
    """Read the activation of a row; its JSON comes last, after a NUL."""
    return decode(row.rpartition(b"\0")[2])
