"""Event notifications of an account: the callbacks that are told, and their subscriptions.

Source: "Event notifications" of the REST API. SMS, push and web push are subscribed to, and never told.
"""

from typing import Annotated, Literal

import msgspec

EVENT_TYPES = (
    "EMAIL_BOUNCED EMAIL_FAILED EMAIL_SKIPPED EMAIL_CLICKED EMAIL_OPTOUT EMAIL_OPTIN EMAIL_COMPLAINT "
    "SMS_FAILED SMS_SKIPPED SMS_MO_FW_FAILED SMS_RECEIPT SMS_OPT_IN SMS_OPT_OUT MMS_SKIPPED MMS_FAILED "
    "PUSH_SKIPPED PUSH_FAILED PUSH_BOUNCED PUSH_OPT_IN PUSH_OPT_OUT "
    "WEBPUSH_FAILED WEBPUSH_SKIPPED WEBPUSH_BOUNCED WEBPUSH_CLOSED WEBPUSH_OPTIN WEBPUSH_OPTOUT"
).split()


class BasicCredentials(msgspec.Struct, forbid_unknown_fields=True):
    """User and password that Responsys sends."""

    userName: str
    password: str


class Authentication(msgspec.Struct, forbid_unknown_fields=True):
    """HTTP Basic, the one kind there is."""

    type: Literal["B"]
    data: BasicCredentials


class Callback(msgspec.Struct, forbid_unknown_fields=True):
    """A place that events are posted to; the samples spell one key with a stray space."""

    name: Annotated[str, msgspec.Meta(min_length=1)]
    url: str
    batchSize: Annotated[int, msgspec.Meta(ge=1, le=200)]
    authentication: Authentication
    backupUrl: str | None = None
    stray_backup: str | None = msgspec.field(name="backupUrl ", default=None)

    @property
    def backup(self) -> str | None:
        """The place after three failures."""
        return self.backupUrl or self.stray_backup


class Subscription(msgspec.Struct, forbid_unknown_fields=True):
    """Types of events that a callback is told."""

    name: Annotated[str, msgspec.Meta(min_length=1)]
    callBackName: str
    eventTypes: Annotated[list[str], msgspec.Meta(min_length=1)]


class Notifications:
    """Callbacks and subscriptions by name."""

    def __init__(self) -> None:
        self.callbacks: dict[str, Callback] = {}
        self.verified: set[str] = set()
        self.subscriptions: dict[str, Subscription] = {}

    def callbacks_for(self, event_type: str) -> list[Callback]:
        """Return the callbacks that are told of a type, each once."""
        names = {each.callBackName for each in self.subscriptions.values() if event_type in each.eventTypes}
        return [self.callbacks[name] for name in sorted(names) if name in self.callbacks]
