"""The outbox: one message per recipient, whether or not the answer arrived."""

import msgspec

ORACLE = {"profile_list": "list", "recipient_id": "recipientId", "optional_data": "optionalData"}


class Message(msgspec.Struct, frozen=True, rename=ORACLE):
    """An e-mail to one recipient."""

    time: float  # seconds since the epoch
    account: str
    campaign: str
    profile_list: str
    recipient_id: int
    email: str | None  # None for strangers, of whom nothing is known but their id
    optional_data: dict[str, str | None]
