"""Routes: the function that a request asks for."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from emulators.salesforce.calls import collections, query, replication, resources, rows
from emulators.salesforce.state.call import Call
from emulators.serving.messages import Answer, Request

Handle = Callable[[Call], Answer]
DATA = "/services/data/v{version}"


@dataclass(frozen=True, slots=True)
class Route:
    """One function, its verb, and its path below the version."""

    function: str
    verb: str
    path: str
    handle: Handle


ROUTES = (
    Route("limits", "GET", "/limits", resources.show_limits),
    Route("query", "GET", "/query", query.query),
    Route("queryAll", "GET", "/queryAll", query.query_all),
    Route("queryMore", "GET", "/query/{locator}", query.query_more),
    Route("describeGlobal", "GET", "/sobjects", resources.describe_all),
    Route("describe", "GET", "/sobjects/{object}/describe", resources.describe),
    Route("deleted", "GET", "/sobjects/{object}/deleted", replication.show_deleted),
    Route("updated", "GET", "/sobjects/{object}/updated", replication.show_updated),
    Route("create", "POST", "/sobjects/{object}", rows.create),
    Route("retrieve", "GET", "/sobjects/{object}/{id}", rows.retrieve),
    Route("update", "PATCH", "/sobjects/{object}/{id}", rows.update),
    Route("delete", "DELETE", "/sobjects/{object}/{id}", rows.delete),
    Route("upsert", "PATCH", "/sobjects/{object}/{field}/{value}", rows.upsert),
    Route("createMany", "POST", "/composite/sobjects", collections.create_many),
    Route("updateMany", "PATCH", "/composite/sobjects", collections.update_many),
    Route("deleteMany", "DELETE", "/composite/sobjects", collections.delete_many),
    Route("upsertMany", "PATCH", "/composite/sobjects/{object}/{field}", collections.upsert_many),
    Route("retrieveMany", "POST", "/composite/sobjects/{object}", collections.retrieve_many),
)


class Router:
    """Finds the route of a request."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.patterns = [(route, path_pattern(DATA + route.path)) for route in routes]

    def find_route(self, request: Request) -> tuple[Route, tuple[str, ...]] | None:
        """Return the route and the names in the path, the version first."""
        for route, pattern in self.patterns:
            match = pattern.fullmatch(request.path) if route.verb == request.method else None
            if match is not None:
                return route, tuple(unquote(name) for name in match.groups())
        return None


def path_pattern(path: str) -> re.Pattern[str]:
    """Return the pattern of a path: each ``{…}`` is one segment, a slash at the end makes no difference."""
    return re.compile(re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(path)) + "/?")
