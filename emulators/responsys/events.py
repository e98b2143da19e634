"""Trigger a custom event for people who are on a profile list.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-events-eventName-post.htm
"""

from array import array
from collections import Counter
from typing import Any, Literal

import msgspec

from emulators.responsys.account import Account, ProfileList
from emulators.responsys.call import Call
from emulators.responsys.columns import SYSTEM_COLUMNS
from emulators.responsys.errors import ApiError, violated
from emulators.responsys.ledger import Entry
from emulators.responsys.members import SEVERAL
from emulators.responsys.messages import Answer, answer

MOST_RECIPIENTS = 200
MULTIPLE = "MULTIPLE_RECIPIENTS_FOUND"
NOT_FOUND = "NO_RECIPIENT_FOUND"  # what is answered instead can be switched

# In this order the first that is not null counts. The place of the hashes is documented nowhere.
IDENTIFIERS = (
    ("recipientId", "RIID_"),
    ("emailAddress", "EMAIL_ADDRESS_"),
    ("customerId", "CUSTOMER_ID_"),
    ("mobileNumber", "MOBILE_NUMBER_"),
    ("emailSHA256Hash", "EMAIL_SHA256_HASH_"),
    ("emailMD5Hash", "EMAIL_MD5_HASH_"),
)


class ListName(msgspec.Struct, forbid_unknown_fields=True, gc=False, frozen=True):
    """Where the recipient is."""

    objectName: str | None = None  # noqa: N815  Oracle's spelling, here and below
    folderName: str | None = None  # noqa: N815


class Recipient(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """Who the event is about."""

    customerId: str | None = None  # noqa: N815
    emailAddress: str | None = None  # noqa: N815
    emailSHA256Hash: str | None = None  # noqa: N815
    emailMD5Hash: str | None = None  # noqa: N815
    mobileNumber: str | None = None  # noqa: N815
    recipientId: str | int | None = None  # noqa: N815
    emailFormat: Literal["HTML_FORMAT", "TEXT_FORMAT"] | None = None  # noqa: N815
    listName: ListName | None = None  # noqa: N815

    def identifier(self) -> tuple[str, str, str | int] | None:
        """Return the name, the column and the value of the identifier that counts."""
        for name, column in IDENTIFIERS:
            value = getattr(self, name)
            if value is not None:
                return name, column, value
        return None


class Item(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """One property of the event."""

    name: str
    value: str | None


class RecipientData(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """One element of the call."""

    recipient: Recipient
    optionalData: list[Item] | None = None  # noqa: N815


class Mapping(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """Which property fills which of the event's slots."""

    eventNumberDataMapping: str | None = None  # noqa: N815
    eventDateDataMapping: str | None = None  # noqa: N815
    eventStringDataMapping: str | None = None  # noqa: N815


class Body(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """The request."""

    customEvent: Mapping | None  # noqa: N815
    recipientData: list[RecipientData]  # noqa: N815


class Result(msgspec.Struct, gc=False):
    """The answer for one recipient."""

    errorMessage: str | None  # noqa: N815
    success: bool
    recipientId: int  # noqa: N815


class CustomEvent(msgspec.Struct, gc=False):
    """An event as it is listed; Oracle's pages disagree on whether the type is shown."""

    eventName: str  # noqa: N815
    description: str = ""


decode = msgspec.json.Decoder(Body).decode


def trigger(call: Call) -> Answer:
    """Hand every recipient to the event, or say why not; one result each, in the same order."""
    (event,) = call.names
    rows = read(call)
    if event not in call.account.events:
        raise ApiError("CUSTOM_EVENT_NOT_FOUND", f"{event} Custom Event Not Found")
    outcomes = Resolution(call).of(rows)
    record(call, event, outcomes)
    return answer(
        [
            Result(None, True, outcome) if isinstance(outcome, int) else Result(outcome, False, -1)
            for outcome in outcomes
        ]
    )


def listing(call: Call) -> Answer:
    """Name every event of the account."""
    return answer([CustomEvent(name) for name in sorted(call.account.events)])


def read(call: Call) -> list[RecipientData]:
    """Decode the body; refuse all of it when any part is not as documented."""
    request = call.request
    if not request.has_type("application/json"):
        raise violated("INVALID_REQUEST_CONTENT", "Content-Type is not application/json")
    if not request.body.isascii():
        raise violated("INVALID_REQUEST_CONTENT", "characters beyond ASCII are not escaped as \\uXXXX")
    try:
        rows = decode(request.body).recipientData
    except msgspec.ValidationError as error:
        raise violated("INVALID_PARAMETER", str(error)) from error
    except msgspec.DecodeError as error:
        raise violated("INVALID_REQUEST_CONTENT", str(error)) from error
    if not rows:
        raise violated("INVALID_PARAMETER", "recipientData is empty")
    if len(rows) > MOST_RECIPIENTS:
        raise violated("RECIPIENT_LIMIT_EXCEEDED", f"{len(rows)} recipients in one call, 200 are allowed")
    check_properties(rows)
    return rows


def check_properties(rows: list[RecipientData]) -> None:
    """Refuse the names of system columns: they corrupt the processing of the real thing."""
    names = {item.name for row in rows if row.optionalData for item in row.optionalData}
    if reserved := sorted(name for name in names if name.upper() in SYSTEM_COLUMNS):
        raise violated("INVALID_PARAMETER", f"optionalData names a system column: {', '.join(reserved)}")


class Resolution:
    """Finds out, per recipient, the recipient id or the errorMessage."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.lists: dict[ListName | None, ProfileList | str] = {}

    def of(self, rows: list[RecipientData]) -> list[int | str]:
        """Resolve the rows of one call; those who are in it twice fail."""
        outcomes: list[int | str] = [self.one(row.recipient) for row in rows]
        found = [outcome for outcome in outcomes if isinstance(outcome, int)]
        if len(set(found)) < len(found):
            self.fail_duplicates(outcomes)
        return outcomes

    def one(self, recipient: Recipient) -> int | str:
        """Return a recipient id or an errorMessage."""
        target = recipient.listName
        profile_list = self.lists.get(target)
        if profile_list is None:
            profile_list = self.lists[target] = find_list(self.call.account, target)
        if isinstance(profile_list, str):
            return self.without_list(target, profile_list)
        identifier = recipient.identifier()
        if identifier is None:
            self.call.violation("a recipient has no identifier")
            return self.unknown()
        riid = profile_list.members.find(identifier[1], identifier[2])
        if riid > 0:
            return riid
        return MULTIPLE if riid == SEVERAL else self.unknown()

    def without_list(self, target: ListName | None, message: str) -> str:
        """Note it when no list was even named."""
        if target is None or target.objectName is None:
            self.call.violation("a recipient has no listName")
        return message

    def unknown(self) -> str:
        """Say that nobody was found, in the words that were chosen."""
        return f"{self.call.emulator.behaviour.unknown_recipient}: Recipient Not Found"

    def fail_duplicates(self, outcomes: list[int | str]) -> None:
        """Fail every copy, or all but the first: which of the two Responsys does is not documented."""
        self.call.violation("the same recipient is in one call twice")
        spared = self.call.emulator.behaviour.duplicates == "first_succeeds"
        counts = Counter(outcomes)
        seen: set[int | str] = set()
        for position, outcome in enumerate(outcomes):
            if isinstance(outcome, int) and counts[outcome] > 1 and not (spared and outcome not in seen):
                outcomes[position] = MULTIPLE
            seen.add(outcome)


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


def record(call: Call, event: str, outcomes: list[int | str]) -> None:
    """Enter the call into the ledger."""
    rejected = {position: outcome for position, outcome in enumerate(outcomes) if isinstance(outcome, str)}
    riids = [-1 if position in rejected else outcome for position, outcome in enumerate(outcomes)]
    emulator = call.emulator
    emulator.ledger.record(
        Entry(
            time=emulator.clock(),
            account=call.account.name,
            function=call.function,
            target=event,
            recipients=len(outcomes),
            lost=call.lost,
            body=call.request.body if emulator.behaviour.keep_bodies else b"",
            riids=array("q", riids),
            rejected=rejected,
        )
    )


def describe(entry: Entry) -> list[dict[str, Any]]:
    """Tell a processed call recipient by recipient."""
    return [
        {
            "position": position,
            "identifier": identifier[2] if (identifier := row.recipient.identifier()) else None,
            "kind": identifier[0] if identifier else None,
            "recipientId": entry.riids[position],
            "errorMessage": entry.rejected.get(position),
            "optionalData": {item.name: item.value for item in row.optionalData or ()},
        }
        for position, row in enumerate(decode(entry.body).recipientData if entry.body else ())
    ]
