"""The numbers of some days as a document for programs, as ``activation stats --json`` prints it."""

from collections.abc import Sequence
from typing import Any

from pipeline.operate.feed_numbers import FeedNumbers
from pipeline.operate.summary import DestinationNumbers, Summary
from pipeline.records.mirror import REMOVED
from pipeline.text.labels import label_fields


def place_name(name: str) -> str | None:
    """Return the name of a place, None where there is none or no more."""
    return None if name in ("", REMOVED) else name


def document(found: Summary, feeds: Sequence[FeedNumbers] = ()) -> dict[str, Any]:
    """Return the numbers of the days for programs; ``waiting`` and ``dead_letters`` are those of now."""
    imports = {"imports": [each.document() for each in feeds]} if feeds else {}
    return {
        "days": found.days,
        "destinations": [
            {
                "connector": place_name(line.where.connector),
                "destination": place_name(line.where.destination),
                **label_fields(found.labels.get(line.where.destination), None),
                **numbers(line),
            }
            for line in found.lines
        ],
        "total": numbers(found.total),
        **imports,
    }


def numbers(line: DestinationNumbers) -> dict[str, Any]:
    """Return one line of numbers."""
    return {
        "received": line.received,
        "repeated": line.repeated,
        "sent": line.sent,
        "removed": line.removed,
        "unchanged": line.unchanged,
        "coalesced": line.coalesced,
        "rejected": line.rejected,
        **({"resolved": line.resolved} if line.resolved else {}),
        "erased": line.erased,
        "calls": line.calls,
        "batches": line.batches,
        "rows": line.rows,
        "fill": None if line.fill is None else round(line.fill, 1),
        "waiting": line.waiting,
        "dead_letters": line.dead_letters,
    }
