"""Routes: the function that a request asks for."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from emulators.responsys.account.account import Account
from emulators.responsys.calls import (
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
from emulators.responsys.calls.login import Login
from emulators.responsys.calls.polling import Polls
from emulators.responsys.calls.submission import submission
from emulators.responsys.messages.http import Answer, Request
from emulators.responsys.state.call import Call
from emulators.responsys.state.emulator import Emulator
from emulators.responsys.state.functions import ASYNC_API, FUNCTIONS


@dataclass(frozen=True)
class Route:
    """One function: the check of its callers, and its work."""

    function: str
    handle: Callable[[Call], Answer]
    identify: Callable[[Request], Account] | None = None  # by token
    fits: Callable[[Request], bool] | None = None  # tells functions of one path apart by the body
    verb: str | None = None  # and path: a second place of a function
    path: str | None = None


# Functions that also have an asynchronous form; it has a limit of its own, under this name and "Async".
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
    Route("retrieveEvents", events.listing),
    Route("retrieveLists", lists.listing),
    Route("retrieveListFields", lists.fields),
    Route("retrieveListMembers", lists.search),
    Route("retrieveListMember", lists.member),
)


def routes_of(emulator: Emulator, login: Login) -> list[Route]:
    """Return the routes of all functions, with those that use more of the emulator than a call has."""
    polls = Polls(emulator.jobs)
    return [
        *ROUTES,
        Route("login", login.issue_token, login.by_form),
        *(Route(f"{name}Async", submission(emulator.jobs, name, handle)) for name, handle in LATER.items()),
        Route("pollRequests", polls.poll_by_body),
        Route("pollRequests", polls.poll_by_path, verb="GET", path=f"{ASYNC_API}/requests/{{requestIds}}"),
        Route("retrieveRateLimits", ratelimit.listing, login.by_token_for_limits),
    ]


def pattern(path: str) -> re.Pattern[str]:
    """Match a path in which each ``{…}`` is one segment."""
    return re.compile(re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(path)))


class Router:
    """Finds the route of a request by verb, path and action."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.patterns: list[tuple[str, re.Pattern[str], str | None, Route]] = []
        for route in routes:
            function = FUNCTIONS[route.function]
            path, action = function.path_and_action
            self.patterns.append((route.verb or function.verb, pattern(route.path or path), action, route))

    def find(self, request: Request) -> tuple[Route, tuple[str, ...]] | None:
        """Return the route and the names in the path, None where the gateway knows nothing."""
        asked = parse_qs(request.query).get("action", [None])[0] if request.query else None
        for verb, path, action, route in self.patterns:
            if verb != request.method or action != asked or not (match := path.fullmatch(request.path)):
                continue
            if route.fits is None or route.fits(request):
                return route, tuple(unquote(name) for name in match.groups())
        return None
