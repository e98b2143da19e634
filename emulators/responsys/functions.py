"""The functions that limits count, named in our words: Oracle's own list shows only to those who log in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Function:
    """One entry of ``GET /rest/api/ratelimit``; ``{…}`` in the path stands for one segment."""

    name: str
    verb: str
    path: str
    limit: int  # calls per minute, unless the account has another
    description: str


FUNCTIONS = {
    function.name: function
    for function in (
        Function("login", "POST", "/rest/api/v1.3/auth/token", 10, "Log in, or renew a token"),
        Function(
            "triggerCustomEvent", "POST", "/rest/api/v1.3/events/{eventName}", 200, "Trigger custom event"
        ),
        Function("retrieveEvents", "GET", "/rest/api/v1.3/events", 100, "Retrieve custom events"),
        Function("retrieveLists", "GET", "/rest/api/v1.3/lists", 100, "Retrieve profile lists"),
        Function(
            "retrieveListFields", "GET", "/rest/api/v1.3/lists/{listName}/fields", 100, "Retrieve list fields"
        ),
        Function(
            "retrieveListMembers", "GET", "/rest/api/v1.3/lists/{listName}/members", 100, "Find list members"
        ),
        Function(
            "retrieveListMember",
            "GET",
            "/rest/api/v1.3/lists/{listName}/members/{riid}",
            100,
            "Get a list member",
        ),
        Function("retrieveRateLimits", "GET", "/rest/api/ratelimit", 100, "Retrieve throttling limits"),
    )
}
DEFAULT_LIMITS: dict[str, int | None] = {name: function.limit for name, function in FUNCTIONS.items()}
