"""An event that a webhook of Responsys told, and the words of its types."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Responsys' words of webhooks, and those of its event files.
WORDS = {
    "EMAIL_BOUNCED": "BOUNCE",
    "EMAIL_FAILED": "FAIL",
    "EMAIL_SKIPPED": "SKIPPED",
    "EMAIL_CLICKED": "CLICK",
    "EMAIL_OPTOUT": "OPT_OUT",
    "EMAIL_OPTIN": "OPT_IN",
    "EMAIL_COMPLAINT": "COMPLAINT",
    "SMS_FAILED": "SMS_FAIL",
    "SMS_SKIPPED": "SMS_SKIPPED",
    "SMS_MO_FW_FAILED": "SMS_MO_FW_FAILED",
    "SMS_RECEIPT": "SMS_DELIVERED",
    "SMS_OPT_IN": "SMS_OPT_IN",
    "SMS_OPT_OUT": "SMS_OPT_OUT",
    "MMS_SKIPPED": "MMS_SKIPPED",
    "MMS_FAILED": "MMS_FAILED",
    "PUSH_SKIPPED": "PUSH_SKIPPED",
    "PUSH_FAILED": "PUSH_FAILED",
    "PUSH_BOUNCED": "PUSH_BOUNCED",
    "PUSH_OPT_IN": "PUSH_OPT_IN",
    "PUSH_OPT_OUT": "PUSH_OPT_OUT",
    "WEBPUSH_FAILED": "WEBPUSH_FAILED",
    "WEBPUSH_SKIPPED": "WEBPUSH_SKIPPED",
    "WEBPUSH_BOUNCED": "WEBPUSH_BOUNCED",
    "WEBPUSH_CLOSED": "WEBPUSH_CLOSED",
    "WEBPUSH_OPTIN": "WEBPUSH_OPT_IN",
    "WEBPUSH_OPTOUT": "WEBPUSH_OPT_OUT",
}


@dataclass(frozen=True)
class HookEvent:
    """One event; of ``riid`` and ``address`` at least one is there."""

    type: str  # "EMAIL_CLICKED"
    digest: int  # of the whole content
    riid: str = ""  # digits
    address: str = ""  # lower case
    campaign: str = ""  # id
    customer: str = ""
    values: Mapping[str, object] = field(default_factory=dict)  # campaign_name, reason, channel, other

    @property
    def word(self) -> str:
        """The word that event files have for the type; of an unknown type its own."""
        return WORDS.get(self.type, self.type)

    @property
    def is_known(self) -> bool:
        """Whether the type is one that Responsys documents."""
        return self.type in WORDS
