"""Verdicts of the rows of a merge or a deletion.

``{"recordData": {"fieldNames": ["RIID_"], "records": [["470515001"], ["MERGEFAILED: Record 1 = …"]]}}``
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from pipeline.errors import OutcomeUnknown
from pipeline.model.action import Identifiers, Verdicts
from pipeline.model.activation import Activation
from pipeline.model.call import Done, Rejection, Verdict
from pipeline.responsys.actions.audience_export.keys import Key
from pipeline.responsys.errors import shortened
from pipeline.responsys.records import Record, read_records, rejection
from pipeline.wire.codes import OTHER, UNKNOWN

RIID = re.compile(r"[0-9]{1,19}")
# Documented of deletions, but not of a merge that must not insert.
NOT_THERE = re.compile(r"no records? found|(RECORD|RECIPIENT)_NOT_FOUND|NO_RECIPIENT_FOUND", re.IGNORECASE)


def merged(keys: Sequence[Key], rows: Sequence[Activation], answer: Any) -> Verdicts:
    """Read the verdicts of rows that were found by ``keys``.

    Raises:
        OutcomeUnknown: the answer does not fit the rows.
    """
    records = read_records(answer, len(rows))
    verdicts = [verdict(record, position) for position, record in enumerate(records)]
    riid = next((key for key in keys if key.column == "RIID_"), None)
    for row, record, why in zip(rows, records, verdicts, strict=True):
        if riid and why is None and int(str(record[0])) != int(riid.value(row)):
            raise OutcomeUnknown(UNKNOWN, "a record is about another recipient than the one in its place")
    return verdicts


def learned_riids(rows: Sequence[Activation], answer: Any) -> dict[int, Identifiers]:
    """Return the RIIDs that a merge answered with, by position."""
    cells = (str(record[0]).strip() for record in read_records(answer, len(rows)))
    return {position: {"riid": cell} for position, cell in enumerate(cells) if RIID.fullmatch(cell)}


def absent_is_done(read: Callable[..., Verdicts], rows: Sequence[Activation], answer: Any) -> Verdicts:
    """Read the verdicts of rows that leave; a row that is not there has left."""
    return [
        None if isinstance(why, Rejection) and NOT_THERE.search(why.detail) else why
        for why in read(rows, answer)
    ]


def absent_is_unchanged(why: Verdict) -> Verdict:
    """Take a row that is not there for one that is so already."""
    return Done() if isinstance(why, Rejection) and NOT_THERE.search(f"{why.code} {why.detail}") else why


def verdict(record: Record, position: int) -> Rejection | None:
    """Read one cell: the id of the recipient, or why there is none."""
    if len(record) != 1 or type(record[0]) not in (str, int):
        raise OutcomeUnknown(UNKNOWN, "a record is not of the documented shape")
    text = str(record[0]).strip()
    why = rejection([text], position)
    if why or RIID.fullmatch(text):
        return why
    if not text:
        raise OutcomeUnknown(UNKNOWN, "a record is empty")
    return Rejection(OTHER, shortened(text))
