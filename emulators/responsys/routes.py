"""Which function a request asks for."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from emulators.responsys import (
    asynchronous,
    auth,
    campaigns,
    emails,
    events,
    extension_members,
    extension_rows,
    extensions,
    list_members,
    lists,
    ratelimit,
    table_rows,
    tables,
)
from emulators.responsys.account import Account
from emulators.responsys.call import Call
from emulators.responsys.emulator import Emulator
from emulators.responsys.functions import ASYNC_API, FUNCTIONS
from emulators.responsys.messages import Answer, Request


@dataclass(frozen=True)
class Route:
    """How one function is reached, who may, and what it does."""

    function: str
    handle: Callable[[Call], Answer]
    identify: Callable[[Emulator, Request], Account] = auth.by_token
    fits: Callable[[Request], bool] | None = None  # tells functions of one path apart by the body
    verb: str | None = None  # and path: a second place of a function
    path: str | None = None


# What can be asked for asynchronously; each has a limit of its own, under this name and "Async".
LATER: dict[str, Callable[[Call], Answer]] = {
    "triggerCustomEvent": events.trigger,
    "mergeListMembers": list_members.merge,
    "mergeProfileExtensionMembers": extension_members.merge,
    "deleteProfileExtensionMembers": extension_rows.delete_many,
    "mergeSupplementalTableMembers": table_rows.merge,
    "mergeTriggerEmail": emails.merge_trigger,
}
ROUTES = (
    Route("triggerCustomEvent", events.trigger),
    Route("login", auth.login, auth.by_form),
    Route("mergeListMembers", list_members.merge),
    Route("mergeProfileExtensionMembers", extension_members.merge),
    Route("deleteProfileExtensionMembers", extension_rows.delete_many),
    Route("deleteProfileExtensionMember", extension_rows.delete_one),
    Route("retrieveProfileExtensionMembers", extension_rows.search),
    Route("retrieveProfileExtensionMember", extension_rows.member),
    Route("createProfileExtension", extensions.create),
    Route("retrieveProfileExtensions", extensions.listing),
    Route("triggerEmail", emails.trigger, fits=emails.names_recipients),
    Route("mergeTriggerEmail", emails.merge_trigger),
    Route("retrieveCampaigns", campaigns.listing),
    Route("retrieveCampaign", campaigns.one),
    Route("mergeSupplementalTableMembers", table_rows.merge),
    Route("deleteSupplementalTableMember", table_rows.delete),
    Route("retrieveSupplementalTableMember", table_rows.search),
    Route("createSupplementalTable", tables.create),
    Route("retrieveSupplementalTables", tables.listing),
    Route("retrieveSupplementalTable", tables.one),
    *(Route(f"{name}Async", asynchronous.submission(name, handle)) for name, handle in LATER.items()),
    Route("pollRequests", asynchronous.poll_by_body),
    Route("pollRequests", asynchronous.poll_by_path, verb="GET", path=f"{ASYNC_API}/requests/{{requestIds}}"),
    Route("retrieveEvents", events.listing),
    Route("retrieveLists", lists.listing),
    Route("retrieveListFields", lists.fields),
    Route("retrieveListMembers", lists.search),
    Route("retrieveListMember", lists.member),
    Route("retrieveRateLimits", ratelimit.listing, auth.by_token_for_limits),
)


def pattern(path: str) -> re.Pattern[str]:
    """Match a path in which each ``{…}`` is one segment."""
    return re.compile(re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(path)))


def patterns() -> Iterator[tuple[str, re.Pattern[str], str | None, Route]]:
    """Yield verb, path and action of every route."""
    for route in ROUTES:
        function = FUNCTIONS[route.function]
        path, action = function.place
        yield (route.verb or function.verb, pattern(route.path or path), action, route)


PATTERNS = list(patterns())


def find(request: Request) -> tuple[Route, tuple[str, ...]] | None:
    """Return the route and the names in the path, None where the gateway knows nothing."""
    asked = parse_qs(request.query).get("action", [None])[0] if request.query else None
    for verb, path, action, route in PATTERNS:
        if verb != request.method or action != asked or not (match := path.fullmatch(request.path)):
            continue
        if route.fits is None or route.fits(request):
            return route, tuple(unquote(name) for name in match.groups())
    return None
