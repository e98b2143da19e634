"""Crowds for people: a remark on people with too many RIIDs, and the way out."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pipeline.text.plural import counted

if TYPE_CHECKING:  # `activation status` of installations without imports starts without their modules
    from pipeline.operate.imports import ImportStatus


def crowd_notes(imports: Iterable["ImportStatus"]) -> Iterator[tuple[str, str]]:
    """Give a remark on people with too many RIIDs, and the way out."""
    crowded = {one.crowds for one in imports if one.crowds.people}
    if crowded:
        from pipeline.people.crowds import MOST_RIIDS
    for crowds in crowded:
        many = counted(crowds.people, "person has", "people have")
        text = f"{many} more than {MOST_RIIDS} RIIDs, which an address connects"
        largest = f"`activation profiles show person:{crowds.largest}` shows the largest"
        yield (
            text,
            f"{largest}; if its address is the mailbox of many, leave it out of the exports, and erase it",
        )
