"""Reactions of recipients to messages: clicks, bounces, complaints, and opting in and out.

They change the member as Responsys does, and are sent to the callbacks that are subscribed to them.
"""

from typing import Any, Literal

from emulators.responsys.account.account import Account, Campaign, ProfileList
from emulators.responsys.account.row import Row
from emulators.responsys.control.orders import Order
from emulators.responsys.control.picking import pick_account, pick_list
from emulators.responsys.state.emulator import Emulator
from emulators.responsys.state.outbox import SentMessage
from emulators.responsys.state.webhooks import Happening, Payload

ReactionType = Literal[
    "EMAIL_BOUNCED", "EMAIL_FAILED", "EMAIL_SKIPPED", "EMAIL_CLICKED", "EMAIL_COMPLAINT", "EMAIL_OPTIN",
    "EMAIL_OPTOUT",
]  # fmt: skip
WITHOUT_CAMPAIGN = ("EMAIL_OPTIN", "EMAIL_OPTOUT")
WITH_RECIPIENT = ("EMAIL_BOUNCED", "EMAIL_FAILED", "EMAIL_SKIPPED")
CHANGES: dict[str, Row] = {
    "EMAIL_OPTIN": {"EMAIL_PERMISSION_STATUS_": "I"},
    "EMAIL_OPTOUT": {"EMAIL_PERMISSION_STATUS_": "O"},
    "EMAIL_COMPLAINT": {"EMAIL_PERMISSION_STATUS_": "O"},
}
UNREACHABLE = ("USER_NOT_FOUND",)  # reasons of bounces that make an address undeliverable


class ReactionsOrder(Order, rename={"profile_list": "list", "reaction": "type"}, kw_only=True):
    """Reactions of one type: of some recipients, or of all that were sent a message."""

    reaction: ReactionType
    profile_list: str | None = None
    riids: list[int] | None = None
    campaign: str | None = None  # that it is about; left out: that of the recipient's last message
    reason: str = "USER_NOT_FOUND"  # of a bounce, failure or skipping


def react(emulator: Emulator, order: ReactionsOrder) -> Any:
    """Let recipients react, and tell the callbacks."""
    account = pick_account(emulator, order.account)
    profile_list = pick_list(account, order.profile_list)
    last = {each.recipient_id: each for each in emulator.outbox if is_about(each, account, order)}
    riids = list(last) if order.riids is None else order.riids
    if missing := [riid for riid in riids if riid not in profile_list.members]:
        raise ValueError(f"no member has the riid {missing[0]}")
    for riid in riids:
        happen(emulator, account, profile_list, order, riid, last.get(riid))
    emulator.webhooks.start()
    return {"happened": len(riids)}


def is_about(message: SentMessage, account: Account, order: ReactionsOrder) -> bool:
    """Tell whether a reaction may be one to this message."""
    return message.account == account.name and order.campaign in (None, message.campaign)


def happen(
    emulator: Emulator, account: Account, profile_list: ProfileList, order: ReactionsOrder, riid: int,
    message: SentMessage | None,
) -> None:  # fmt: skip
    """Carry out one reaction."""
    campaign = campaign_of(account, order, message)
    row = profile_list.members.stored_row(riid)
    event = Happening(
        emulator.clock(), account.name, order.reaction, riid, row.get("EMAIL_ADDRESS_"),
        campaign.name if campaign else None, campaign.number if campaign else None,
    )  # fmt: skip
    changes = dict(CHANGES.get(order.reaction, {}))
    if order.reaction == "EMAIL_BOUNCED" and order.reason in UNREACHABLE:
        changes["EMAIL_DELIVERABILITY_STATUS_"] = "U"
    if changes:
        profile_list.members.update(riid, changes)
    emulator.webhooks.happened.append(event)
    emulator.webhooks.tell(account, order.reaction, payload_of(event, order, row, message))


def campaign_of(account: Account, order: ReactionsOrder, message: SentMessage | None) -> Campaign | None:
    """Return the campaign that a reaction is about; None: reactions of its type are about none."""
    if order.reaction in WITHOUT_CAMPAIGN:
        return None
    name = order.campaign or (message.campaign if message else None)
    if name is None or name not in account.campaigns:
        raise ValueError("name a campaign: no message was sent to the recipient")
    return account.campaigns[name]


def payload_of(event: Happening, order: ReactionsOrder, row: Row, message: SentMessage | None) -> Payload:
    """Return an event as Responsys tells it; all values are texts, and the name is in failureType."""
    payload: Payload = {}
    if event.campaign is not None:
        payload |= {"campaignId": str(event.campaign_id), "campaignName": event.campaign}
    payload["riid"] = str(event.riid)
    if row.get("CUSTOMER_ID_"):
        payload["customerId"] = row["CUSTOMER_ID_"]
    if event.type in WITH_RECIPIENT:
        payload["recipient"] = event.email
    payload |= {"channelType": "Email", "failureType": event.type}
    if event.type in WITH_RECIPIENT:
        payload["failureReason"] = order.reason
    if event.type != "EMAIL_BOUNCED":
        payload["optionalData"] = None if event.campaign is None else properties_of(message)
    return payload


def properties_of(message: SentMessage | None) -> Any:
    """Return the variables of a message: one as an object, several as an array."""
    pairs = message.optional_data.items() if message else ()
    items = [{"name": name, "value": value} for name, value in pairs]
    return {"props": {"prop": items[0] if len(items) == 1 else items}} if items else None
