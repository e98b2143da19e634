"""Why something went out twice, proven by what the workers said at the time.

A repetition is explained when, between the arrivals of the two calls, a worker wrote down that the outcome
of a call of this account was unknown to it. A slow far side may process the first call after that, and even
after the second: a worker that leaves does not wait for it. Each such line explains the repetition of one
call, also when its rows go out again in parts: a batch whose workers ended in its call twice is halved to
find the row that ends them.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.chaos.calls import Call

UNKNOWN = {"OutcomeUnknown", "Timeout"}
UNEXPLAINED = "unexplained"


@dataclass(frozen=True)
class Note:
    """A worker's word that it does not know what became of a call; seconds since the epoch."""

    time: float
    account: str
    code: str


def notes_of(folder: Path) -> list[Note]:
    """Read what all workers said, also those that are no more."""
    found = [note for log in folder.glob("*.log") for note in said_in(log)]
    return sorted(found, key=lambda note: note.time)


def said_in(log: Path) -> Iterator[Note]:
    """Read one worker's log."""
    for line in log.read_text(errors="replace").splitlines(keepends=True):
        if '"call failed"' not in line or not line.endswith("\n"):  # a worker was killed while it wrote
            continue
        said = json.loads(line)
        if said["code"] in UNKNOWN:
            yield Note(datetime.fromisoformat(said["time"]).timestamp(), said["connector"], said["code"])


@dataclass(frozen=True)
class Repetition:
    """Rows that went out again: the arrivals of both calls, seconds since the epoch, and why."""

    rows: int
    first: float
    again: float
    cause: str


def causes_of(calls: Sequence[Call], notes: Sequence[Note]) -> Counter[str]:
    """Count the rows that went out again, by cause."""
    causes: Counter[str] = Counter()
    for each in repetitions(calls, notes):
        causes[each.cause] += each.rows
    return causes


def repetitions(calls: Sequence[Call], notes: Sequence[Note]) -> Iterator[Repetition]:
    """Yield the calls with rows that had gone out before."""
    left = list(notes)
    said: dict[Call, Note] = {}  # of a call, that its outcome was unknown
    last: dict[object, Call] = {}
    for call in sorted(calls, key=lambda call: call.arrived):
        again = [mark for mark in call.marks if mark in last]
        if again:
            before = last[again[0]]
            note = said.get(before) or between(left, before, call)
            whole = len(again) == len(call.marks) and all(last[mark] is before for mark in again)
            why = cause(before, note) if whole else UNEXPLAINED
            yield Repetition(len(again), before.arrived, call.arrived, why)
            if note and before not in said:
                left.remove(note)
                said[before] = note
        last.update(dict.fromkeys(call.marks, call))


def between(notes: Sequence[Note], before: Call, call: Call) -> Note | None:
    """Return the first word that was said between two calls."""
    return next((note for note in notes if before.arrived <= note.time <= call.arrived), None)


def cause(before: Call, note: Note | None) -> str:
    """Say why a call was made again."""
    if note is None:
        return UNEXPLAINED
    if before.lost:
        return f"answer spoilt: {before.lost.removesuffix(' after')}"
    return "answer late" if note.code == "Timeout" else "worker ended in the call"
