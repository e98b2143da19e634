"""Concerns: findings that a person must confirm before the activations of a snapshot or stream are sent."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import PipelineError
from pipeline.snapshots.parts import Part
from pipeline.snapshots.staging import SnapshotCounts
from pipeline.text.plural import counted


@dataclass(frozen=True)
class Concern:
    """One thing that looks wrong, or that cannot be taken back."""

    kind: Literal["empty", "unreadable", "leaving", "existing", "changing"]
    text: str
    destination: str | None = None


class Unconfirmed(PipelineError):
    """A run came to its end, and sends nothing before a person confirms its concerns."""

    def __init__(self, concerns: Sequence[Concern]) -> None:
        super().__init__("; ".join(concern.text for concern in concerns))
        self.concerns = tuple(concerns)


def concerns(
    counts: SnapshotCounts, parts: Iterable[Part], irrevocable: Collection[str], max_leaving: float
) -> Iterator[Concern]:
    """Compare a snapshot with the known members.

    ``irrevocable``: the destinations with calls that cannot be taken back. ``max_leaving``: percent of a
    destination's members.
    """
    parts = list(parts)
    if counts.unreadable:
        text = f"{counts.unreadable:,} of {counts.lines:,} lines name no profile that can be read"
        yield Concern("unreadable", f"{text}: whoever is meant would seem to have left")
    for part in parts:
        yield from of_part(counts, part, max_leaving, irrevocable=part.destination in irrevocable)


def of_part(
    counts: SnapshotCounts, part: Part, max_leaving: float, *, irrevocable: bool
) -> Iterator[Concern]:
    """Find the concerns of one destination."""
    name = part.destination
    if not counts.members and (part.known or part.first):
        has = f'destination "{name}" has {counted(part.known, "member")}'
        yield Concern("empty", f"the snapshot is empty; {has}", name)
    elif part.leaving * 100 > part.known * max_leaving:
        share = f"{100 * part.leaving / part.known:.3g} %"
        text = f'{part.leaving:,} of {part.known:,} members ({share}) would leave destination "{name}"'
        yield Concern("leaving", f"{text}; up to {max_leaving:g} % is taken for granted", name)
    if part.first and irrevocable and part.sends:
        text = f'destination "{name}" would send e-mail to all {part.sends:,} existing members'
        yield Concern(
            "existing", f"{text}, for this is its first snapshot and existing_members is true", name
        )
