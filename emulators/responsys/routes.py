"""Which function a request asks for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from emulators.responsys import auth, events, lists, ratelimit
from emulators.responsys.account import Account
from emulators.responsys.call import Call
from emulators.responsys.emulator import Emulator
from emulators.responsys.functions import FUNCTIONS
from emulators.responsys.messages import Answer, Request


@dataclass(frozen=True)
class Route:
    """How one function is reached, who may, and what it does."""

    function: str
    handle: Callable[[Call], Answer]
    identify: Callable[[Emulator, Request], Account] = auth.by_token


ROUTES = (
    Route("triggerCustomEvent", events.trigger),
    Route("login", auth.login, auth.by_form),
    Route("retrieveEvents", events.listing),
    Route("retrieveLists", lists.listing),
    Route("retrieveListFields", lists.fields),
    Route("retrieveListMembers", lists.search),
    Route("retrieveListMember", lists.member),
    Route("retrieveRateLimits", ratelimit.listing, auth.by_token_for_limits),
)
PATTERNS = [
    (
        FUNCTIONS[route.function].verb,
        re.compile(re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(FUNCTIONS[route.function].path))),
        route,
    )
    for route in ROUTES
]


def find(request: Request) -> tuple[Route, tuple[str, ...]] | None:
    """Return the route and the names in the path, None where the gateway knows nothing."""
    for verb, pattern, route in PATTERNS:
        if verb == request.method and (match := pattern.fullmatch(request.path)):
            return route, tuple(unquote(name) for name in match.groups())
    return None
