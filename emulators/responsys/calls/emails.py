"""Send a campaign: to people who are merged into its list first, or to those who are on it.

Both have one path; what is in the body tells them apart.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-email-post.htm
"""

from typing import Any

import msgspec

from emulators.responsys.account.account import Campaign
from emulators.responsys.account.row import Row
from emulators.responsys.calls import campaigns, events, merge_rule
from emulators.responsys.calls.list_members import prepare, refuse_bad_email
from emulators.responsys.calls.list_merge import NO_MATCH, ListMerge
from emulators.responsys.calls.merge_rule import MergeRule
from emulators.responsys.calls.recipients import (
    Item,
    RecipientData,
    Resolution,
    nobody,
    reject_duplicates,
    results,
)
from emulators.responsys.calls.record_data import Values, check_rows, read_columns
from emulators.responsys.messages import bodies
from emulators.responsys.messages.http import Answer, Request, json_answer
from emulators.responsys.state.call import Call
from emulators.responsys.state.ledger import LedgerEntry
from emulators.responsys.state.outbox import SentMessage

UNDELIVERABLE = "RECIPIENT_STATUS_UNDELIVERABLE: Recipient deliverability status is undeliverable"


class MergeRecord(msgspec.Struct, forbid_unknown_fields=True):
    """One person, and what the message says to them."""

    fieldValues: Values
    optionalData: list[Item] | None = None


class MergeRecords(msgspec.Struct, forbid_unknown_fields=True):
    """The people of a call."""

    fieldNames: list[str]
    mergeTriggerRecords: list[MergeRecord]


class MergeBody(msgspec.Struct, forbid_unknown_fields=True):
    """The request that merges."""

    mergeTriggerRecordData: MergeRecords
    mergeRule: MergeRule


class TriggerBody(msgspec.Struct, forbid_unknown_fields=True):
    """The request about people who are on the list."""

    recipientData: list[RecipientData]


MERGE_DECODER = msgspec.json.Decoder(MergeBody)
TRIGGER_DECODER = msgspec.json.Decoder(TriggerBody)


def names_recipients(request: Request) -> bool:
    """Tell whether a call is about people who are on the list."""
    return b'"recipientData"' in request.body and b'"mergeTriggerRecordData"' not in request.body


def merge_trigger(call: Call) -> Answer:
    """Merge every record and send to whom that worked for; one result each."""
    campaign = campaigns.named(call)
    body = bodies.read_body(call.request, MERGE_DECODER)
    records = body.mergeTriggerRecordData.mergeTriggerRecords
    rows = [record.fieldValues for record in records]
    merging = prepare_merge(call, campaign, body)
    refuse_bad_email(merging.bad_email(rows))
    outcomes = [merging.merge(row) for row in rows]
    rejected = {
        position: nobody(call) if outcome == NO_MATCH else f"MERGEFAILED: Record {position} = {outcome}"
        for position, outcome in enumerate(outcomes)
        if isinstance(outcome, str)
    }
    riids = [outcome if isinstance(outcome, int) else -1 for outcome in outcomes]
    reject_duplicates(call, riids, rejected)
    return send(call, campaign, riids, rejected, [record.optionalData for record in records])


def prepare_merge(call: Call, campaign: Campaign, body: MergeBody) -> ListMerge:
    """Refuse what cannot be merged, all of it."""
    data, rule = body.mergeTriggerRecordData, body.mergeRule
    profile_list = call.account.lists[campaign.list_name]
    bodies.check_count(len(data.mergeTriggerRecords), "recipient", "mergeTriggerRecords")
    columns = read_columns(data.fieldNames, profile_list.fields, profile_list.name)
    check_rows([record.fieldValues for record in data.mergeTriggerRecords], len(columns))
    merge_rule.refuse_hash_inserts(rule)
    events.check_names(record.optionalData for record in data.mergeTriggerRecords)
    return prepare(call, profile_list, columns, rule)


def trigger(call: Call) -> Answer:
    """Send to every recipient who is on the list; one result each."""
    campaign = campaigns.named(call)
    rows = bodies.read_body(call.request, TRIGGER_DECODER).recipientData
    bodies.check_count(len(rows), "recipient", "recipientData")
    events.check_names(row.optionalData for row in rows)
    found = Resolution(call, rows, call.account.lists[campaign.list_name])
    return send(call, campaign, found.riids, found.rejected, [row.optionalData for row in rows])


def send(
    call: Call, campaign: Campaign, riids: list[int], rejected: dict[int, str], data: list[list[Item] | None]
) -> Answer:
    """Put a message for everybody who can be reached into the outbox."""
    members = call.account.lists[campaign.list_name].members
    for position, items in enumerate(data):
        if position in rejected:
            continue
        person = members.stored_row(riids[position])
        if person and not deliverable(person):
            riids[position], rejected[position] = -1, UNDELIVERABLE
        elif call.behaviour.keep_bodies:
            email = person.get("EMAIL_ADDRESS_")
            call.outbox.append(message(call, campaign, riids[position], email, items))
    call.add_to_ledger(campaign.name, len(riids), riids, rejected)
    return json_answer(results(riids, rejected))


def deliverable(person: Row) -> bool:
    """Tell whether a person can be written to."""
    return bool(person.get("EMAIL_ADDRESS_")) and person.get("EMAIL_DELIVERABILITY_STATUS_") != "U"


def message(
    call: Call, campaign: Campaign, riid: int, email: str | None, items: list[Item] | None
) -> SentMessage:
    """Write down who is sent what."""
    return SentMessage(
        time=call.clock(),
        account=call.account.name,
        campaign=campaign.name,
        profile_list=campaign.list_name,
        recipient_id=riid,
        email=email,
        optional_data={item.name: item.value for item in items or ()},
    )


def describe_merge(entry: LedgerEntry) -> list[dict[str, Any]]:
    """Tell a merge-trigger recipient by recipient; nothing when bodies were not kept."""
    if not entry.body:
        return []
    data = MERGE_DECODER.decode(entry.body).mergeTriggerRecordData
    return [
        {
            "position": position,
            "recipientId": entry.riids[position],
            "errorMessage": entry.rejected.get(position),
            "fields": dict(zip(data.fieldNames, record.fieldValues, strict=True)),
            "optionalData": {item.name: item.value for item in record.optionalData or ()},
        }
        for position, record in enumerate(data.mergeTriggerRecords)
    ]


def describe_trigger(entry: LedgerEntry) -> list[dict[str, Any]]:
    """Tell a trigger recipient by recipient; nothing when bodies were not kept."""
    rows = TRIGGER_DECODER.decode(entry.body).recipientData if entry.body else []
    return [events.describe_row(entry, position, row) for position, row in enumerate(rows)]
