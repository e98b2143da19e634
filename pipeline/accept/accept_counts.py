"""Counts of the fates of entries of claims, and their summary for Flower."""

from typing import NamedTuple

from pipeline.text.plural import counted


class AcceptCounts(NamedTuple):
    """The counts of a claim: rows added, rows not valid, entries seen before, rows coalesced.

    ``new_entries`` have come to the shard meanwhile, without a doorbell.
    """

    added: int = 0
    invalid: int = 0
    repeated: int = 0
    coalesced: int = 0
    new_entries: int = 0


def summary(entries: int, done: AcceptCounts) -> str:
    """Return the numbers of accepted entries and rows in one line, for Flower."""
    if not entries:
        return "nothing to accept"
    parts = [counted(entries, "entry", "entries"), counted(done.added, "row")]
    if done.invalid:
        parts.append(f"{done.invalid:,} invalid")
    if done.coalesced:
        parts.append(f"{done.coalesced:,} coalesced")
    if done.repeated:
        parts.append(f"{done.repeated:,} seen before")
    return ", ".join(parts)
