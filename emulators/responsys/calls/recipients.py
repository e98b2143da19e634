"""Recipients of events and triggers, as calls name them, and the results for each."""

from typing import Literal

import msgspec

# The first that is not null counts. The place of the hashes in this order is documented nowhere.
IDENTIFIER_COLUMNS = {
    "recipientId": "RIID_",
    "emailAddress": "EMAIL_ADDRESS_",
    "customerId": "CUSTOMER_ID_",
    "mobileNumber": "MOBILE_NUMBER_",
    "emailSHA256Hash": "EMAIL_SHA256_HASH_",
    "emailMD5Hash": "EMAIL_MD5_HASH_",
}


class ListName(msgspec.Struct, forbid_unknown_fields=True, gc=False, frozen=True):
    """The list that the recipient is on."""

    objectName: str | None = None
    folderName: str | None = None


class Recipient(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """One recipient, by an identifier."""

    recipientId: str | int | None = None
    emailAddress: str | None = None
    customerId: str | None = None
    mobileNumber: str | None = None
    emailSHA256Hash: str | None = None
    emailMD5Hash: str | None = None
    emailFormat: Literal["HTML_FORMAT", "TEXT_FORMAT"] | None = None
    listName: ListName | None = None


class Variable(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """One variable that the message or the program gets to see."""

    name: str
    value: str | None


class RecipientData(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """One element of the request."""

    recipient: Recipient
    optionalData: list[Variable] | None = None


class RecipientResult(msgspec.Struct, gc=False):
    """One element of the answer."""

    errorMessage: str | None
    success: bool
    recipientId: int


def identifier_of(recipient: Recipient) -> tuple[str, str | int] | None:
    """Return name and value of the identifier that counts; a loop would take eight times as long."""
    if recipient.recipientId is not None:
        return "recipientId", recipient.recipientId
    if recipient.emailAddress is not None:
        return "emailAddress", recipient.emailAddress
    if recipient.customerId is not None:
        return "customerId", recipient.customerId
    if recipient.mobileNumber is not None:
        return "mobileNumber", recipient.mobileNumber
    if recipient.emailSHA256Hash is not None:
        return "emailSHA256Hash", recipient.emailSHA256Hash
    if recipient.emailMD5Hash is not None:
        return "emailMD5Hash", recipient.emailMD5Hash
    return None
