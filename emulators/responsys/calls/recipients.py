"""Recipients of events and triggers: how a call names them, and who they are."""

from collections import Counter
from typing import Literal

import msgspec

from emulators.responsys.account.account import Account, ProfileList
from emulators.responsys.account.members import SEVERAL_MEMBERS
from emulators.responsys.state.call import Call

MULTIPLE = "MULTIPLE_RECIPIENTS_FOUND"

# The first that is not null counts. The place of the hashes in this order is documented nowhere.
IDENTIFIERS = {
    "recipientId": "RIID_",
    "emailAddress": "EMAIL_ADDRESS_",
    "customerId": "CUSTOMER_ID_",
    "mobileNumber": "MOBILE_NUMBER_",
    "emailSHA256Hash": "EMAIL_SHA256_HASH_",
    "emailMD5Hash": "EMAIL_MD5_HASH_",
}


class ListName(msgspec.Struct, forbid_unknown_fields=True, gc=False, frozen=True):
    """Where the recipient is."""

    objectName: str | None = None
    folderName: str | None = None


class Recipient(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """Who is meant."""

    recipientId: str | int | None = None
    emailAddress: str | None = None
    customerId: str | None = None
    mobileNumber: str | None = None
    emailSHA256Hash: str | None = None
    emailMD5Hash: str | None = None
    emailFormat: Literal["HTML_FORMAT", "TEXT_FORMAT"] | None = None
    listName: ListName | None = None


class Item(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """One variable that the message or the program gets to see."""

    name: str
    value: str | None


class RecipientData(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """One element of a call."""

    recipient: Recipient
    optionalData: list[Item] | None = None


class Result(msgspec.Struct, gc=False):
    """One element of the answer."""

    errorMessage: str | None
    success: bool
    recipientId: int


def identifier(recipient: Recipient) -> tuple[str, str | int] | None:
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


class Resolution:
    """Who the recipients of one call are: an id each in ``riids``, or -1 and a message in ``rejected``.

    With ``own`` a list need not be named, and no other may be.
    """

    def __init__(self, call: Call, rows: list[RecipientData], own: ProfileList | None = None) -> None:
        self.call = call
        self.own = own
        self.lists: dict[ListName | None, ProfileList | str] = {}
        self.rejected: dict[int, str] = {}  # position: errorMessage
        self.riids = [self.find(position, row.recipient) for position, row in enumerate(rows)]
        reject_duplicates(call, self.riids, self.rejected)

    def find(self, position: int, recipient: Recipient) -> int:
        """Return one recipient id, or note why there is none and return -1."""
        target = recipient.listName
        profile_list = self.lists.get(target) or self.remember_list(target)
        if isinstance(profile_list, str):
            return self.reject(position, profile_list)
        found = identifier(recipient)
        if found is None:
            self.call.add_violation("a recipient has no identifier")
            return self.reject(position, nobody(self.call))
        riid = profile_list.members.find_one(IDENTIFIERS[found[0]], found[1])
        if riid > 0:
            return riid
        return self.reject(position, MULTIPLE if riid == SEVERAL_MEMBERS else nobody(self.call))

    def reject(self, position: int, message: str) -> int:
        """Note why a recipient gets nothing."""
        self.rejected[position] = message
        return -1

    def remember_list(self, target: ListName | None) -> ProfileList | str:
        """Look a list up once per call."""
        self.lists[target] = self.find_list(target)
        return self.lists[target]

    def find_list(self, target: ListName | None) -> ProfileList | str:
        """Return a list, or why nobody can be found on it."""
        if target is None or target.objectName is None:
            if self.own:
                return self.own
            self.call.add_violation("a recipient has no listName")
        profile_list = find_list(self.call.account, target)
        if self.own and not isinstance(profile_list, str) and profile_list is not self.own:
            self.call.add_violation("a recipient has a listName that is not the campaign's")
            return "PROFILE_LIST_NOT_FOUND"
        return profile_list


def nobody(call: Call) -> str:
    """Say that nobody was found, in the words that were chosen."""
    return f"{call.behaviour.unknown_recipient}: Recipient Not Found"


def reject_duplicates(call: Call, riids: list[int], rejected: dict[int, str]) -> None:
    """Reject every copy, or all but the first: which of the two Responsys does is not documented."""
    if len(set(riids) - {-1}) + len(rejected) >= len(riids):
        return
    call.add_violation("the same recipient is in one call twice")
    spares_first = call.behaviour.duplicates == "first_succeeds"
    copies = Counter(riids)
    seen: set[int] = set()
    for position, riid in enumerate(riids):
        if riid != -1 and copies[riid] > 1 and not (spares_first and riid not in seen):
            riids[position], rejected[position] = -1, MULTIPLE
        seen.add(riid)


def results(riids: list[int], rejected: dict[int, str]) -> list[Result]:
    """Return one element of the answer per recipient, in the order of the call."""
    told = [Result(None, True, riid) for riid in riids]
    for position, message in rejected.items():
        told[position] = Result(message, False, -1)
    return told


def find_list(account: Account, target: ListName | None) -> ProfileList | str:
    """Return the list, or the errorMessage of all recipients that name it."""
    if target is None or target.objectName is None:
        return "PROFILE_LIST_NOT_FOUND"
    if target.folderName is not None and target.folderName not in account.folders:
        return "FOLDER_NOT_FOUND"
    profile_list = account.lists.get(target.objectName)
    if profile_list is None:
        return "PROFILE_LIST_NOT_FOUND"
    if target.folderName not in (None, profile_list.folder):
        return "PROFILE_LIST_NOT_FOUND_IN_FOLDER"
    return profile_list
