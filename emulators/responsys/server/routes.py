"""Routes: the function that a request asks for."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from emulators.responsys.account.account import Account
from emulators.responsys.calls import (
    callbacks,
    campaigns,
    events,
    extension_members,
    extension_rows,
    extensions,
    list_members,
    lists,
    merge_trigger,
    programs,
    ratelimit,
    subscriptions,
    table_rows,
    tables,
    trigger_email,
)
from emulators.responsys.calls.login import Login
from emulators.responsys.calls.polling import Polls
from emulators.responsys.calls.submission import submission
from emulators.responsys.state.call import Call
from emulators.responsys.state.emulator import Emulator
from emulators.responsys.state.functions import (
    API,
    ASYNC_API,
    EXTENSION_MEMBERS,
    FUNCTIONS,
    LIST,
    path_and_action,
)
from emulators.responsys.state.notification_functions import CALLBACK
from emulators.serving.messages import Answer, Request


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
WITH_ASYNC_FORM: dict[str, Callable[[Call], Answer]] = {
    "triggerCustomEvent": events.trigger_event,
    "mergeListMembers": list_members.merge_list_members,
    "mergeProfileExtensionMembers": extension_members.merge_extension_members,
    "deleteProfileExtensionMembers": extension_rows.delete_extension_rows,
    "mergeSupplementalTableMembers": table_rows.merge_table_rows,
    "mergeTriggerEmail": merge_trigger.send_merge_trigger,
}
ROUTES = (
    Route("triggerCustomEvent", events.trigger_event),
    Route("mergeListMembers", list_members.merge_list_members),
    Route("mergeProfileExtensionMembers", extension_members.merge_extension_members),
    Route("deleteProfileExtensionMembers", extension_rows.delete_extension_rows),
    Route("deleteProfileExtensionMember", extension_rows.delete_extension_row),
    Route("retrieveProfileExtensionMembers", extension_rows.find_extension_rows),
    Route("retrieveProfileExtensionMember", extension_rows.show_extension_row),
    Route("createProfileExtension", extensions.create_extension),
    Route("retrieveProfileExtensions", extensions.show_extensions),
    Route("triggerEmail", trigger_email.trigger_email, fits=trigger_email.names_recipients),
    Route("mergeTriggerEmail", merge_trigger.send_merge_trigger),
    Route("retrieveCampaigns", campaigns.show_campaigns),
    Route("retrieveCampaign", campaigns.show_campaign),
    Route("mergeSupplementalTableMembers", table_rows.merge_table_rows),
    Route("deleteSupplementalTableMember", table_rows.delete_table_row),
    Route("retrieveSupplementalTableMember", table_rows.find_table_row),
    Route("createSupplementalTable", tables.create_table),
    Route("retrieveSupplementalTables", tables.show_tables),
    Route("retrieveSupplementalTable", tables.show_table),
    Route("retrieveEvents", events.show_events),
    Route("retrieveLists", lists.show_lists),
    Route("retrieveListFields", lists.show_fields),
    Route("retrieveListMembers", lists.find_members),
    Route("retrieveListMember", lists.show_member),
    Route("retrieveListMembers", lists.get_members, verb="POST", path=f"{API}{LIST}/members?action=get"),
    Route(
        "retrieveProfileExtensionMembers",
        extension_rows.get_extension_rows,
        verb="POST",
        path=f"{API}{EXTENSION_MEMBERS}?action=get",
    ),
    Route("retrieveProgram", programs.show_program),
    Route("createCallback", callbacks.create_callback),
    Route("retrieveCallbacks", callbacks.show_callbacks),
    Route("verifyCallback", callbacks.verify_callback),
    Route("verifyCallback", callbacks.verify_callback, path=f"{CALLBACK}?action=verify"),
    Route("retrieveCallback", callbacks.show_callback),
    Route("updateCallback", callbacks.update_callback),
    Route("deleteCallback", callbacks.delete_callback),
    Route("createSubscription", subscriptions.create_subscription),
    Route("retrieveSubscriptions", subscriptions.show_subscriptions),
    Route("retrieveSubscription", subscriptions.show_subscription),
    Route("updateSubscription", subscriptions.update_subscription),
    Route("deleteSubscription", subscriptions.delete_subscription),
    Route("retrieveEventTypes", callbacks.show_event_types),
)


def routes_of(emulator: Emulator, login: Login) -> list[Route]:
    """Return the routes of all functions, with the ones that use more of the emulator than a call has."""
    polls = Polls(emulator.jobs)
    return [
        *ROUTES,
        Route("login", login.issue_token, login.by_form),
        *(
            Route(f"{name}Async", submission(emulator.jobs, name, handle))
            for name, handle in WITH_ASYNC_FORM.items()
        ),
        Route("pollRequests", polls.poll_by_body),
        Route("pollRequests", polls.poll_by_path, verb="GET", path=f"{ASYNC_API}/requests/{{requestIds}}"),
        Route("retrieveRateLimits", ratelimit.show_rate_limits, login.by_token_for_limits),
    ]


def path_pattern(path: str) -> re.Pattern[str]:
    """Return the pattern of a path; each ``{…}`` is one segment."""
    return re.compile(re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(path)))


class Router:
    """Finds the route of a request by verb, path and action."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.patterns: list[tuple[str, re.Pattern[str], str | None, Route]] = []
        for route in routes:
            function = FUNCTIONS[route.function]
            path, action = path_and_action(route.path or function.path)
            self.patterns.append((route.verb or function.verb, path_pattern(path), action, route))

    def find_route(self, request: Request) -> tuple[Route, tuple[str, ...]] | None:
        """Return the route and the names in the path, None where the gateway knows nothing."""
        query_action = parse_qs(request.query).get("action", [None])[0] if request.query else None
        for verb, path, action, route in self.patterns:
            if (
                verb != request.method
                or action != query_action
                or not (match := path.fullmatch(request.path))
            ):
                continue
            if route.fits is None or route.fits(request):
                return route, tuple(unquote(name) for name in match.groups())
        return None
