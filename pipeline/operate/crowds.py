"""Crowds for people: a remark on people with too many RIIDs, and the way out."""

from collections.abc import Iterable, Iterator

from pipeline.operate.imports import ImportStatus
from pipeline.people.crowds import MOST_RIIDS
from pipeline.text.plural import counted


def crowd_notes(imports: Iterable[ImportStatus]) -> Iterator[tuple[str, str]]:
    """Give a remark on people with too many RIIDs, and the way out."""
    for crowds in {one.crowds for one in imports if one.crowds.people}:
        many = counted(crowds.people, "person has", "people have")
        text = f"{many} more than {MOST_RIIDS} RIIDs, which an address connects"
        largest = f"`activation profiles show person:{crowds.largest}` shows the largest"
        yield (
            text,
            f"{largest}; if its address is the mailbox of many, leave it out of the exports, and erase it",
        )
