"""Merges of members into a profile list.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-lists-listName-members-post.htm
"""

import msgspec

from emulators.responsys.account.account import ProfileList
from emulators.responsys.calls import lists, merge_rule
from emulators.responsys.calls.list_merge import BAD_EMAIL, ListMerge
from emulators.responsys.calls.merge_results import merge_errors, record_links, result_cells, riids_of
from emulators.responsys.calls.merge_rule import MergeRule
from emulators.responsys.calls.record_data import RecordData, read_records
from emulators.responsys.messages import bodies
from emulators.responsys.messages.errors import ApiError
from emulators.responsys.messages.http import json_answer
from emulators.responsys.state.call import Call
from emulators.serving.messages import Answer


class ListMergeBody(msgspec.Struct, forbid_unknown_fields=True):
    """The request."""

    recordData: RecordData
    mergeRule: MergeRule


DECODER = msgspec.json.Decoder(ListMergeBody)


def merge_list_members(call: Call) -> Answer:
    """Merge every record; answer with a recipient id or an error for each."""
    profile_list = lists.list_of(call)
    body = bodies.read_body(call.request, DECODER)
    columns = read_records(body.recordData, profile_list.fields, profile_list.name)
    list_merge = new_list_merge(call, profile_list, columns, body.mergeRule)
    if call.behaviour.bad_email == "request":
        refuse_bad_email(list_merge.first_bad_email(body.recordData.records))
    outcomes = [list_merge.merge_record(record) for record in body.recordData.records]
    errors = merge_errors(outcomes)
    call.add_to_ledger(profile_list.name, len(outcomes), riids_of(outcomes), errors)
    return json_answer(
        {
            "recordData": result_cells(outcomes, errors),
            "mergeRule": body.mergeRule,
            "links": record_links(call.request.path, "ListRecipients"),
        }
    )


def new_list_merge(call: Call, profile_list: ProfileList, columns: list[str], rule: MergeRule) -> ListMerge:
    """Return the merge; refuse a rule that contradicts itself, and note the parts that it leaves open."""
    merge_rule.check_rule(rule, columns)
    call.note_open_defaults(rule)
    if rule.by_hash and rule.insertOnNoMatch:
        call.add_violation("the merge inserts, but nobody is inserted by a hash")
    return ListMerge(call, profile_list, columns, rule)


def refuse_bad_email(position: int | None) -> None:
    """Refuse the whole request over one malformed address."""
    if position is not None:
        raise ApiError("INVALID_PARAMETER", f"Record {position} = {BAD_EMAIL}")
