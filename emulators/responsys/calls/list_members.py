"""Merge people into a profile list.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-lists-listName-members-post.htm
"""

from typing import Any

import msgspec

from emulators.responsys.account.account import ProfileList
from emulators.responsys.calls import lists, merge_rule
from emulators.responsys.calls.list_merge import BAD_EMAIL, ListMerge
from emulators.responsys.calls.merge_rule import MergeRule
from emulators.responsys.calls.record_data import RecordData, read_records
from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ApiError
from emulators.responsys.messages.http import Answer, json_answer
from emulators.responsys.state.call import Call
from emulators.responsys.state.ledger import LedgerEntry


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """The request."""

    recordData: RecordData
    mergeRule: MergeRule


DECODER = msgspec.json.Decoder(Body)


def merge(call: Call) -> Answer:
    """Merge every record, or say in its place why not."""
    profile_list = lists.named(call)
    body = bodies.read_body(call.request, DECODER)
    columns = read_records(body.recordData, profile_list.fields, profile_list.name)
    merging = prepare(call, profile_list, columns, body.mergeRule)
    if call.behaviour.bad_email == "request":
        refuse_bad_email(merging.bad_email(body.recordData.records))
    outcomes = [merging.merge(record) for record in body.recordData.records]
    rejected = failures(outcomes)
    call.add_to_ledger(profile_list.name, len(outcomes), succeeded(outcomes), rejected)
    return json_answer(
        {
            "recordData": cells(outcomes, rejected),
            "mergeRule": body.mergeRule,
            "links": links(call.request.path, "ListRecipients"),
        }
    )


def prepare(call: Call, profile_list: ProfileList, columns: list[str], rule: MergeRule) -> ListMerge:
    """Refuse a rule that contradicts itself, and hold against the client what it leaves open."""
    merge_rule.check(rule, columns)
    call.note_open_defaults(rule)
    if rule.by_hash and rule.insertOnNoMatch:
        call.add_violation("the merge inserts, but nobody is inserted by a hash")
    return ListMerge(call, profile_list, columns, rule)


def refuse_bad_email(position: int | None) -> None:
    """Refuse the whole request over one malformed address."""
    if position is not None:
        raise ApiError("INVALID_PARAMETER", f"Record {position} = {BAD_EMAIL}")


def failures(outcomes: list[int | str]) -> dict[int, str]:
    """Return what is said in the place of records that failed."""
    return {
        position: f"MERGEFAILED: Record {position} = {outcome}"
        for position, outcome in enumerate(outcomes)
        if isinstance(outcome, str)
    }


def succeeded(outcomes: list[int | str]) -> list[int]:
    """Return the recipient ids, -1 for records that failed."""
    return [outcome if isinstance(outcome, int) else -1 for outcome in outcomes]


def cells(outcomes: list[int | str], rejected: dict[int, str]) -> dict[str, Any]:
    """Answer with one cell per record: a recipient id as text, or why there is none."""
    return {
        "fieldNames": ["RIID_"],
        "records": [[rejected.get(position, str(riid))] for position, riid in enumerate(outcomes)],
        "mapTemplateName": None,
    }


def links(path: str, kind: str) -> list[dict[str, str]]:
    """Tell where the records may be read and deleted; ``<riid>`` is what Responsys says."""
    return [
        {"rel": "self", "href": path, "method": "POST"},
        {"rel": f"retrieve{kind}RIID", "href": f"{path}/<riid>", "method": "GET"},
        {"rel": f"delete{kind}RIID", "href": f"{path}/<riid>", "method": "DELETE"},
    ]


def describe(entry: LedgerEntry) -> list[dict[str, Any]]:
    """Tell a merge of any kind record by record; nothing when bodies were not kept."""
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
