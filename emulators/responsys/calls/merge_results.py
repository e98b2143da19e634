"""Results of merges: an outcome for each record is a recipient id, or the error as a text."""

from typing import Any

import msgspec

from emulators.responsys.state.ledger import LedgerEntry

Outcome = int | str


def merge_errors(outcomes: list[Outcome]) -> dict[int, str]:
    """Return the errors in the form of the answer, by position."""
    return {
        position: f"MERGEFAILED: Record {position} = {outcome}"
        for position, outcome in enumerate(outcomes)
        if isinstance(outcome, str)
    }


def riids_of(outcomes: list[Outcome]) -> list[int]:
    """Return the recipient ids, -1 for records that failed."""
    return [outcome if isinstance(outcome, int) else -1 for outcome in outcomes]


def result_cells(outcomes: list[Outcome], errors: dict[int, str]) -> dict[str, Any]:
    """Return the ``recordData`` of the answer: a cell per record, with a recipient id as text or an error."""
    return {
        "fieldNames": ["RIID_"],
        "records": [[errors.get(position, str(riid))] for position, riid in enumerate(outcomes)],
        "mapTemplateName": None,
    }


def record_links(path: str, kind: str) -> list[dict[str, str]]:
    """Return the links to read and delete the records; Responsys writes ``<riid>`` in them."""
    return [
        {"rel": "self", "href": path, "method": "POST"},
        {"rel": f"retrieve{kind}RIID", "href": f"{path}/<riid>", "method": "GET"},
        {"rel": f"delete{kind}RIID", "href": f"{path}/<riid>", "method": "DELETE"},
    ]


def describe_records(entry: LedgerEntry) -> list[dict[str, Any]]:
    """Return the records of a merge of any kind for the ledger; none if the body was not kept."""
    if not entry.body:
        return []
    data = msgspec.json.decode(entry.body)["recordData"]
    return [
        {
            "position": position,
            "recipientId": entry.riids[position] if entry.riids else None,
            "errorMessage": entry.rejected.get(position),
            "fields": dict(zip(data["fieldNames"], record, strict=True)),
        }
        for position, record in enumerate(data["records"])
    ]
