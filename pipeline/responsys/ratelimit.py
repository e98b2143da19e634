"""Ask an account how many calls per minute it may make, by function.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/Throttling.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.model.call import Call, Sender
from pipeline.wire.answers import as_documented

CALL = Call(function="getRateLimits", path="/rest/api/ratelimit", method="GET")  # no version in this path

# The path of each function that we call: the account's own name for it is not documented.
FUNCTIONS = {
    ("POST", "api/v1.3/auth/token"): "login",
    ("POST", "api/v1.3/events/*"): "triggerCustomEvent",
    ("POST", "api/v1.3/lists/*/members"): "mergeListMembers",
    ("GET", "api/v1.3/lists/*/members"): "retrieveListMembers",
    ("POST", "api/v1.3/lists/*/members?action=get"): "retrieveListMembers",
    ("GET", "api/v1.3/lists/*/listExtensions"): "retrieveProfileExtensions",
    ("POST", "api/v1.3/lists/*/listExtensions"): "createProfileExtension",
    ("POST", "api/v1.3/lists/*/listExtensions/*/members"): "mergeProfileExtensionMembers",
    ("POST", "api/v1.3/lists/*/listExtensions/*/members?action=delete"): "deleteProfileExtensionMembers",
    ("GET", "api/v1.3/lists/*/listExtensions/*/members"): "retrieveProfileExtensionMembers",
    ("POST", "api/v1.3/lists/*/listExtensions/*/members?action=get"): "retrieveProfileExtensionMembers",
    ("POST", "api/v1.3/campaigns/*/email"): "mergeTriggerEmail",
    ("POST", "api/v1.3/folders/*/suppData/*/members"): "mergeSupplementalTableMembers",
    ("DELETE", "api/v1.3/folders/*/suppData/*/members"): "deleteSupplementalTableMember",
    ("POST", "asyncApi/v1.3/requests"): "pollRequests",
}
# Calls per minute where the account does not say.
DEFAULTS = {
    "login": 10,
    "triggerCustomEvent": 200,
    "mergeListMembers": 400,
    "retrieveListMembers": 100,
    "retrieveProfileExtensions": 100,
    "createProfileExtension": 10,
    "mergeProfileExtensionMembers": 400,
    "retrieveProfileExtensionMembers": 100,
    "deleteProfileExtensionMembers": 100,
    "mergeTriggerEmail": 200,
    "triggerEmail": 200,
    "mergeSupplementalTableMembers": 200,
    "deleteSupplementalTableMember": 200,
    "pollRequests": 300,
}
WINDOW = 60.0  # seconds; Responsys counts calls per minute
ACTION = re.compile(r"action=\w+")
PLACEHOLDER = re.compile(r"\{[^/{}]*\}|:[^/]+|<[^/<>]*>|\*")


def read_limits(client: Sender) -> dict[str, int]:
    """Return function to calls per minute, under the account's names and ours."""
    answer = client.send(CALL)
    with as_documented(CALL.function):
        return parse_limits(answer)


def parse_limits(answer: Any) -> dict[str, int]:
    """Read the answer: entries of api, limit, resource_path, verb and description.

    An array of them, presumably; Oracle's page does not show the structure around the entries. A name that
    the account knows counts more than a place, which two functions may share; of those the lower limit
    counts.
    """
    named: dict[str, int] = {}
    placed: dict[str, int] = {}
    for entry in entries(answer):
        limit = str(entry["limit"])
        if not limit.isdecimal() or not int(limit):
            continue
        if isinstance(entry.get("api"), str):
            named[entry["api"]] = int(limit)
        if function := FUNCTIONS.get(place(entry)):
            placed[function] = min(int(limit), placed.get(function, int(limit)))
    return placed | named


def entries(answer: Any) -> Iterator[Mapping[str, Any]]:
    """Find the entries, however deep the answer wraps them."""
    if isinstance(answer, dict) and "limit" in answer:
        yield answer
    elif isinstance(answer, dict | list):
        for part in answer.values() if isinstance(answer, dict) else answer:
            yield from entries(part)


def place(entry: Mapping[str, Any]) -> tuple[str, str]:
    """Return an entry's verb and its path, parameters as ``*``; of a query only the action tells."""
    path, _, query = str(entry.get("resource_path", "")).strip().partition("?")
    parts = path.strip(" /").removeprefix("rest/").split("/")
    action = ACTION.search(query)
    where = "/".join(PLACEHOLDER.sub("*", part) for part in parts)
    return str(entry.get("verb", "")).upper(), where + (f"?{action[0]}" if action else "")
