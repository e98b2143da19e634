"""Triggered e-mails: a campaign is sent to members of its list.

Merge-trigger e-mails have the same path; only the body differs.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-campaigns-campaignName-email-post.htm
"""

from typing import Any

import msgspec

from emulators.responsys.calls.campaigns import email_campaign_of
from emulators.responsys.calls.events import check_variables, describe_recipient
from emulators.responsys.calls.recipients import RecipientData
from emulators.responsys.calls.resolution import Resolution
from emulators.responsys.calls.sending import send_campaign
from emulators.responsys.messages import bodies
from emulators.responsys.state.call import Call
from emulators.responsys.state.ledger import LedgerEntry
from emulators.serving.messages import Answer, Request


class TriggerEmailBody(msgspec.Struct, forbid_unknown_fields=True):
    """The request."""

    recipientData: list[RecipientData]


DECODER = msgspec.json.Decoder(TriggerEmailBody)


def names_recipients(request: Request) -> bool:
    """Tell whether the body of a request is one of a triggered e-mail, not of a merge-trigger."""
    return b'"recipientData"' in request.body and b'"mergeTriggerRecordData"' not in request.body


def trigger_email(call: Call) -> Answer:
    """Send to every recipient on the list; answer with a result or an error for each."""
    campaign = email_campaign_of(call)
    rows = bodies.read_body(call.request, DECODER).recipientData
    bodies.check_count(len(rows), "recipient", "recipientData")
    check_variables(row.optionalData for row in rows)
    resolution = Resolution(call, rows, call.account.lists[campaign.list_name])
    return send_campaign(
        call, campaign, resolution.riids, resolution.rejected, [row.optionalData for row in rows]
    )


def describe_trigger_email(entry: LedgerEntry) -> list[dict[str, Any]]:
    """Return the recipients of a triggered e-mail for the ledger; none if the body was not kept."""
    rows = DECODER.decode(entry.body).recipientData if entry.body else []
    return [describe_recipient(entry, position, row) for position, row in enumerate(rows)]
