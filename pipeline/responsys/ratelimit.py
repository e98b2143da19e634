"""Ask an account how many calls per minute it may make, by function.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/Throttling.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.call import Call
from pipeline.responsys.client import Client

CALL = Call(function="getRateLimits", path="/rest/api/ratelimit", method="GET")  # no version in this path

# What we call a function, and where it is: the account's own name for it is not documented.
FUNCTIONS = {
    ("POST", "api/v1.3/auth/token"): "login",
    ("POST", "api/v1.3/events/*"): "triggerCustomEvent",
    ("POST", "api/v1.3/lists/*/members"): "mergeListMembers",
}
PLACEHOLDER = re.compile(r"\{[^/]*\}|:[^/]+|<[^/]*>|\*")


def read_limits(client: Client) -> dict[str, int]:
    """Return function to calls per minute, under the account's names and ours."""
    return parse_limits(client.send(CALL))


def parse_limits(answer: Any) -> dict[str, int]:
    """Read the answer: entries of api, limit, resource_path, verb and description.

    An array of them, presumably; Oracle's page does not show what is around the entries.
    """
    limits: dict[str, int] = {}
    for entry in entries(answer):
        limit = str(entry["limit"])
        if not limit.isdecimal() or not int(limit):
            continue
        for name in (entry.get("api"), FUNCTIONS.get(place(entry))):
            if isinstance(name, str):
                limits[name] = int(limit)
    return limits


def entries(answer: Any) -> Iterator[Mapping[str, Any]]:
    """Find the entries, however deep the answer wraps them."""
    if isinstance(answer, dict) and "limit" in answer:
        yield answer
    elif isinstance(answer, dict | list):
        for part in answer.values() if isinstance(answer, dict) else answer:
            yield from entries(part)


def place(entry: Mapping[str, Any]) -> tuple[str, str]:
    """Return an entry's verb and its path, parameters as ``*``."""
    path = str(entry.get("resource_path", "")).partition("?")[0].strip(" /").removeprefix("rest/")
    return str(entry.get("verb", "")).upper(), "/".join(
        PLACEHOLDER.sub("*", part) for part in path.split("/")
    )
