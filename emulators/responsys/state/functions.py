"""The functions that limits count, under names of our own: Oracle shows its list only after a login."""

from dataclasses import dataclass

from emulators.responsys.state.notification_functions import LIMIT, NOTIFICATION_FUNCTIONS

API = "/rest/api/v1.3"
ASYNC_API = "/rest/asyncApi/v1.3"
EVENT = "/events/{eventName}"
LIST = "/lists/{listName}"
EXTENSIONS = f"{LIST}/listExtensions"
EXTENSION_MEMBERS = EXTENSIONS + "/{petName}/members"
CAMPAIGN = "/campaigns/{campaignName}"
TABLES = "/folders/{folderName}/suppData"
TABLE_ROWS = TABLES + "/{tableName}/members"


@dataclass(frozen=True)
class Function:
    """One entry of ``GET /rest/api/ratelimit``; ``{…}`` in the path stands for one segment."""

    name: str
    verb: str
    path: str
    limit: int  # calls per minute, unless the account has another
    description: str


def path_and_action(path: str) -> tuple[str, str | None]:
    """Return a path, and the ``action`` that its query must have, if any."""
    path, _, action = path.partition("?action=")
    return path, action or None


FUNCTIONS = {
    function.name: function
    for function in (
        Function("login", "POST", f"{API}/auth/token", 10, "Log in, or renew a token"),
        Function("triggerCustomEvent", "POST", API + EVENT, 200, "Trigger custom event"),
        Function("retrieveEvents", "GET", f"{API}/events", 100, "Retrieve custom events"),
        Function("retrieveLists", "GET", f"{API}/lists", 100, "Retrieve profile lists"),
        Function("retrieveListFields", "GET", f"{API}{LIST}/fields", 100, "Retrieve list fields"),
        Function("mergeListMembers", "POST", f"{API}{LIST}/members", 400, "Merge list members"),
        Function("retrieveListMembers", "GET", f"{API}{LIST}/members", 100, "Find list members"),
        Function("retrieveListMember", "GET", f"{API}{LIST}/members/{{riid}}", 100, "Get a list member"),
        Function("createProfileExtension", "POST", API + EXTENSIONS, 10, "Create profile extension"),
        Function("retrieveProfileExtensions", "GET", API + EXTENSIONS, 100, "Retrieve profile extensions"),
        Function(
            "mergeProfileExtensionMembers", "POST", API + EXTENSION_MEMBERS, 400, "Merge extension members"
        ),
        Function(
            "retrieveProfileExtensionMembers", "GET", API + EXTENSION_MEMBERS, 100, "Find extension members"
        ),
        Function(
            "retrieveProfileExtensionMember",
            "GET",
            f"{API}{EXTENSION_MEMBERS}/{{riid}}",
            100,
            "Get an extension member",
        ),
        Function(
            "deleteProfileExtensionMembers",
            "POST",
            f"{API}{EXTENSION_MEMBERS}?action=delete",
            100,
            "Delete extension members",
        ),
        Function(
            "deleteProfileExtensionMember",
            "DELETE",
            f"{API}{EXTENSION_MEMBERS}/{{riid}}",
            100,
            "Delete an extension member",
        ),
        Function("mergeTriggerEmail", "POST", f"{API}{CAMPAIGN}/email", 200, "Merge trigger email"),
        Function("triggerEmail", "POST", f"{API}{CAMPAIGN}/email", 200, "Trigger email"),
        Function("retrieveCampaigns", "GET", f"{API}/campaigns", 100, "Retrieve email campaigns"),
        Function("retrieveCampaign", "GET", f"{API}{CAMPAIGN}", 100, "Get an email campaign"),
        Function("retrieveProgram", "GET", f"{API}/programs/{{programName}}", 100, "Get a program"),
        Function("createSupplementalTable", "POST", API + TABLES, 10, "Create supplemental table"),
        Function("retrieveSupplementalTables", "GET", f"{API}/suppData", 100, "Retrieve supplemental tables"),
        Function(
            "retrieveSupplementalTable",
            "GET",
            API + "/folder/{folderName}/suppData/{tableName}",
            100,
            "Get a supplemental table",
        ),
        Function(
            "mergeSupplementalTableMembers", "POST", API + TABLE_ROWS, 200, "Merge supplemental table members"
        ),
        Function(
            "retrieveSupplementalTableMember",
            "GET",
            API + TABLE_ROWS,
            100,
            "Get a supplemental table member",
        ),
        Function(
            "deleteSupplementalTableMember",
            "DELETE",
            API + TABLE_ROWS,
            200,
            "Delete a supplemental table member",
        ),
        Function("triggerCustomEventAsync", "POST", ASYNC_API + EVENT, 200, "Async trigger custom event"),
        Function("mergeListMembersAsync", "POST", f"{ASYNC_API}{LIST}/members", 400, "Async merge members"),
        Function(
            "mergeProfileExtensionMembersAsync",
            "POST",
            ASYNC_API + EXTENSION_MEMBERS,
            400,
            "Async merge extension members",
        ),
        Function(
            "deleteProfileExtensionMembersAsync",
            "POST",
            f"{ASYNC_API}{EXTENSION_MEMBERS}?action=delete",
            100,
            "Async delete extension members",
        ),
        Function(
            "mergeSupplementalTableMembersAsync",
            "POST",
            ASYNC_API + TABLE_ROWS,
            200,
            "Async merge supplemental table members",
        ),
        Function(
            "mergeTriggerEmailAsync", "POST", f"{ASYNC_API}{CAMPAIGN}/email", 200, "Async merge trigger email"
        ),
        Function("pollRequests", "POST", f"{ASYNC_API}/requests", 300, "Poll asynchronous requests"),
        *(Function(name, verb, path, LIMIT, text) for name, verb, path, text in NOTIFICATION_FUNCTIONS),
        Function("retrieveRateLimits", "GET", "/rest/api/ratelimit", 100, "Retrieve throttling limits"),
    )
}
DEFAULT_LIMITS: dict[str, int | None] = {name: function.limit for name, function in FUNCTIONS.items()}
