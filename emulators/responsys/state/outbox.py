"""The outbox: one message per recipient, whether or not the answer arrived."""

import msgspec

ORACLES_NAMES = {
    "campaign_id": "campaignId",
    "profile_list": "list",
    "recipient_id": "recipientId",
    "optional_data": "optionalData",
}


class SentMessage(msgspec.Struct, frozen=True, rename=ORACLES_NAMES):
    """An e-mail to one recipient."""

    time: float  # seconds since the epoch
    account: str
    campaign: str
    campaign_id: int
    profile_list: str
    recipient_id: int
    email: str | None  # None for strangers: they have an id alone
    optional_data: dict[str, str | None]
