"""Resolution: the recipient ids of the recipients of one call."""

from collections import Counter

from emulators.responsys.account.account import Account, ProfileList
from emulators.responsys.account.members import SEVERAL_MEMBERS
from emulators.responsys.calls.recipients import (
    IDENTIFIER_COLUMNS,
    ListName,
    Recipient,
    RecipientData,
    RecipientResult,
    identifier_of,
)
from emulators.responsys.state.call import Call

SEVERAL_RECIPIENTS = "MULTIPLE_RECIPIENTS_FOUND"


def recipient_results(riids: list[int], rejected: dict[int, str]) -> list[RecipientResult]:
    """Return one element of the answer per recipient, in the order of the call."""
    results = [RecipientResult(None, True, riid) for riid in riids]
    for position, message in rejected.items():
        results[position] = RecipientResult(message, False, -1)
    return results


class Resolution:
    """The recipients of one call: an id each in ``riids``, or -1 and a message in ``rejected``.

    With ``campaign_list`` a recipient need not name a list, and may name no other.
    """

    def __init__(
        self, call: Call, rows: list[RecipientData], campaign_list: ProfileList | None = None
    ) -> None:
        self.call = call
        self.campaign_list = campaign_list
        self.lists: dict[ListName | None, ProfileList | str] = {}
        self.rejected: dict[int, str] = {}  # position: errorMessage
        self.riids = [self.find_recipient(position, row.recipient) for position, row in enumerate(rows)]
        reject_duplicates(call, self.riids, self.rejected)

    def find_recipient(self, position: int, recipient: Recipient) -> int:
        """Return one recipient id, or note the error and return -1."""
        target = recipient.listName
        profile_list = self.lists.get(target) or self.look_up_list(target)
        if isinstance(profile_list, str):
            return self.reject(position, profile_list)
        identifier = identifier_of(recipient)
        if identifier is None:
            self.call.add_violation("a recipient has no identifier")
            return self.reject(position, not_found_text(self.call))
        riid = profile_list.members.find_one(IDENTIFIER_COLUMNS[identifier[0]], identifier[1])
        if riid > 0:
            return riid
        return self.reject(
            position, SEVERAL_RECIPIENTS if riid == SEVERAL_MEMBERS else not_found_text(self.call)
        )

    def reject(self, position: int, message: str) -> int:
        """Note the error of a recipient, and return -1."""
        self.rejected[position] = message
        return -1

    def look_up_list(self, target: ListName | None) -> ProfileList | str:
        """Return a list, or the error; it is looked up once per call."""
        self.lists[target] = self.find_list(target)
        return self.lists[target]

    def find_list(self, target: ListName | None) -> ProfileList | str:
        """Return the list of a recipient, or the error."""
        if target is None or target.objectName is None:
            if self.campaign_list:
                return self.campaign_list
            self.call.add_violation("a recipient has no listName")
        profile_list = list_by_name(self.call.account, target)
        if (
            self.campaign_list
            and not isinstance(profile_list, str)
            and profile_list is not self.campaign_list
        ):
            self.call.add_violation("a recipient has a listName that is not the campaign's")
            return "PROFILE_LIST_NOT_FOUND"
        return profile_list


def not_found_text(call: Call) -> str:
    """Return the error of a recipient that was not found, with the code that the behaviour names."""
    return f"{call.behaviour.unknown_recipient}: Recipient Not Found"


def reject_duplicates(call: Call, riids: list[int], rejected: dict[int, str]) -> None:
    """Reject every copy, or all but the first: which of the two Responsys does is not documented."""
    if len(set(riids) - {-1}) + len(rejected) >= len(riids):
        return
    call.add_violation("the same recipient is in one call twice")
    first_succeeds = call.behaviour.duplicates == "first_succeeds"
    copies = Counter(riids)
    earlier_riids: set[int] = set()
    for position, riid in enumerate(riids):
        if riid != -1 and copies[riid] > 1 and not (first_succeeds and riid not in earlier_riids):
            riids[position], rejected[position] = -1, SEVERAL_RECIPIENTS
        earlier_riids.add(riid)


def list_by_name(account: Account, target: ListName | None) -> ProfileList | str:
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
