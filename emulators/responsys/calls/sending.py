"""Sending: a message of a campaign for each recipient that can be reached."""

from emulators.responsys.account.account import Campaign
from emulators.responsys.account.row import Row
from emulators.responsys.calls.recipients import Variable
from emulators.responsys.calls.resolution import recipient_results
from emulators.responsys.messages.http import json_answer
from emulators.responsys.state.call import Call
from emulators.responsys.state.outbox import SentMessage
from emulators.serving.messages import Answer

UNDELIVERABLE = "RECIPIENT_STATUS_UNDELIVERABLE: Recipient deliverability status is undeliverable"


def send_campaign(
    call: Call,
    campaign: Campaign,
    riids: list[int],
    rejected: dict[int, str],
    variables: list[list[Variable] | None],
) -> Answer:
    """Put a message for every recipient that can be reached into the outbox; answer with the results."""
    members = call.account.lists[campaign.list_name].members
    for position, row_variables in enumerate(variables):
        if position in rejected:
            continue
        member_row = members.stored_row(riids[position])
        if member_row and not is_deliverable(member_row):
            riids[position], rejected[position] = -1, UNDELIVERABLE
        elif call.behaviour.keep_bodies:
            email = member_row.get("EMAIL_ADDRESS_")
            call.outbox.append(new_message(call, campaign, riids[position], email, row_variables))
    call.add_to_ledger(campaign.name, len(riids), riids, rejected)
    return json_answer(recipient_results(riids, rejected))


def is_deliverable(member_row: Row) -> bool:
    """Tell whether a member has an address that can be reached."""
    return bool(member_row.get("EMAIL_ADDRESS_")) and member_row.get("EMAIL_DELIVERABILITY_STATUS_") != "U"


def new_message(
    call: Call, campaign: Campaign, riid: int, email: str | None, variables: list[Variable] | None
) -> SentMessage:
    """Return the message to one recipient."""
    return SentMessage(
        time=call.clock(),
        account=call.account.name,
        campaign=campaign.name,
        campaign_id=campaign.number,
        profile_list=campaign.list_name,
        recipient_id=riid,
        email=email,
        optional_data={variable.name: variable.value for variable in variables or ()},
    )
