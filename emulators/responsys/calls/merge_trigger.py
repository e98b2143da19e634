"""Merge-trigger e-mails: members are merged into the list of a campaign, then the campaign is sent to them.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-email-post.htm
"""

from typing import Any

import msgspec

from emulators.responsys.account.account import Campaign
from emulators.responsys.calls import merge_rule
from emulators.responsys.calls.campaigns import email_campaign_of
from emulators.responsys.calls.events import check_variables
from emulators.responsys.calls.list_members import new_list_merge, refuse_bad_email
from emulators.responsys.calls.list_merge import NO_MATCH, ListMerge
from emulators.responsys.calls.merge_results import riids_of
from emulators.responsys.calls.merge_rule import MergeRule
from emulators.responsys.calls.recipients import Variable
from emulators.responsys.calls.record_data import Values, check_rows, read_columns
from emulators.responsys.calls.resolution import not_found_text, reject_duplicates
from emulators.responsys.calls.sending import send_campaign
from emulators.responsys.messages import bodies
from emulators.responsys.state.call import Call
from emulators.responsys.state.ledger import LedgerEntry
from emulators.serving.messages import Answer


class TriggerRecord(msgspec.Struct, forbid_unknown_fields=True):
    """One member, and the variables of the message."""

    fieldValues: Values
    optionalData: list[Variable] | None = None


class TriggerRecords(msgspec.Struct, forbid_unknown_fields=True):
    """The members of one call."""

    fieldNames: list[str]
    mergeTriggerRecords: list[TriggerRecord]


class MergeTriggerBody(msgspec.Struct, forbid_unknown_fields=True):
    """The request that merges."""

    mergeTriggerRecordData: TriggerRecords
    mergeRule: MergeRule


DECODER = msgspec.json.Decoder(MergeTriggerBody)


def send_merge_trigger(call: Call) -> Answer:
    """Merge every record and send to the ones that were merged; answer with a result or an error for each."""
    campaign = email_campaign_of(call)
    body = bodies.read_body(call.request, DECODER)
    records = body.mergeTriggerRecordData.mergeTriggerRecords
    rows = [record.fieldValues for record in records]
    list_merge = prepare_merge(call, campaign, body)
    refuse_bad_email(list_merge.first_bad_email(rows))
    outcomes = [list_merge.merge_record(row) for row in rows]
    rejected = {
        position: not_found_text(call)
        if outcome == NO_MATCH
        else f"MERGEFAILED: Record {position} = {outcome}"
        for position, outcome in enumerate(outcomes)
        if isinstance(outcome, str)
    }
    riids = riids_of(outcomes)
    reject_duplicates(call, riids, rejected)
    return send_campaign(call, campaign, riids, rejected, [record.optionalData for record in records])


def prepare_merge(call: Call, campaign: Campaign, body: MergeTriggerBody) -> ListMerge:
    """Return the merge, or refuse the whole call if a part of it contradicts another."""
    data, rule = body.mergeTriggerRecordData, body.mergeRule
    profile_list = call.account.lists[campaign.list_name]
    bodies.check_count(len(data.mergeTriggerRecords), "recipient", "mergeTriggerRecords")
    columns = read_columns(data.fieldNames, profile_list.fields, profile_list.name)
    check_rows([record.fieldValues for record in data.mergeTriggerRecords], len(columns))
    merge_rule.refuse_hash_inserts(rule)
    check_variables(record.optionalData for record in data.mergeTriggerRecords)
    return new_list_merge(call, profile_list, columns, rule)


def describe_merge_trigger(entry: LedgerEntry) -> list[dict[str, Any]]:
    """Return the recipients of a merge-trigger for the ledger; none if the body was not kept."""
    if not entry.body:
        return []
    data = DECODER.decode(entry.body).mergeTriggerRecordData
    return [
        {
            "position": position,
            "recipientId": entry.riids[position],
            "errorMessage": entry.rejected.get(position),
            "fields": dict(zip(data.fieldNames, record.fieldValues, strict=True)),
            "optionalData": {variable.name: variable.value for variable in record.optionalData or ()},
        }
        for position, record in enumerate(data.mergeTriggerRecords)
    ]
