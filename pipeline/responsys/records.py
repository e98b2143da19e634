"""Answers to merges and deletions: one record per row, in the order of the rows.

A record that failed has the reason in its first cell::

    {"recordData": {"fieldNames": ["RIID_"],
                    "records": [["470515001"], ["MERGEFAILED: Record 1 = INVALID_PARAMETER: The value…"]],
                    "mapTemplateName": null}}
"""

import re
from typing import Any

from pipeline.errors import OutcomeUnknown
from pipeline.model.call import Rejection
from pipeline.responsys.errors import shortened
from pipeline.text.plural import counted
from pipeline.wire.codes import UNKNOWN

FAILED = re.compile(r"(MERGEFAILED|DELETEFAILED):\s*(?:Record ([0-9]+) = ?)?(.*)", re.DOTALL)

Record = list[str | None]


def read_records(answer: Any, count: int) -> list[Record]:
    """Return the records of an answer to ``count`` rows.

    A record does not name its row, so an answer with another number of records is not used.

    Raises:
        OutcomeUnknown: the answer has another shape or length.
    """
    data = answer.get("recordData") if isinstance(answer, dict) else None
    records = data.get("records") if isinstance(data, dict) else None
    if not isinstance(records, list) or len(records) != count:
        size = counted(len(records), "record") if isinstance(records, list) else "no list of records"
        raise OutcomeUnknown(UNKNOWN, f"{size} for {counted(count, 'row')}")
    if not all(isinstance(record, list) and record for record in records):
        raise OutcomeUnknown(UNKNOWN, "a record is not of the documented shape")
    return records


def rejection(record: Record, position: int) -> Rejection | None:
    """Read the first cell of a record: why it failed, in Responsys' words; None when it did not.

    Raises:
        OutcomeUnknown: it tells of the record of another ``position``, from 0.
    """
    failed = FAILED.match(str(record[0]))
    if failed is None:
        return None
    code, number, reason = failed.groups()
    if number is not None and number.lstrip("0") != str(position).lstrip("0"):
        raise OutcomeUnknown(UNKNOWN, f"the record at place {position} tells of that at {number[:20]}")
    return Rejection(code, shortened(reason))
