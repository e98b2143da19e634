"""Look before sending whether the account has what a connector and its destinations name.

Asks everything and reports everything; changes nothing there.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pipeline.call import Call
from pipeline.connector import Connector
from pipeline.destination import Destination
from pipeline.errors import CallError
from pipeline.responsys.actions import ACTIONS
from pipeline.responsys.client import Client
from pipeline.responsys.identifiers import IDENTIFIERS
from pipeline.responsys.login import Tokens
from pipeline.responsys.names import path
from pipeline.responsys.ratelimit import read_limits

LISTS = Call(function="retrieveLists", path=path("lists"), method="GET")
EVENTS = Call(function="retrieveEvents", path=path("events"), method="GET")


@dataclass(frozen=True)
class Finding:
    """What one look found."""

    check: str  # "login", "list", "column", "event" or "limits"
    ok: bool
    text: str


@dataclass(frozen=True)
class Preflight:
    """Checks one connector and the destinations that use it."""

    connector: Connector
    destinations: Collection[Destination]
    tokens: Tokens
    client: Client

    def findings(self) -> list[Finding]:
        """Look at everything; without a login there is nothing more to see."""
        found = list(guarded("login", self._login))
        if not found[0].ok:
            return found
        for check, look in (("list", self._list), ("event", self._events), ("limits", self._limits)):
            found.extend(guarded(check, look))
        return found

    def _login(self) -> Iterator[Finding]:
        token = self.tokens.log_in(self.connector)
        yield Finding("login", True, f"logged in, calls go to {token.end_point}")

    def _list(self) -> Iterator[Finding]:
        wanted, folder = self.connector.profile_list, self.connector.list_folder
        lists = listed(self.client.send(LISTS))
        named = [entry for entry in lists if entry.get("name") == wanted]
        if not named:
            names = known(lists, "name")
            yield Finding("list", False, f'the account has no list "{wanted}"{likely(wanted, names)}')
            return
        here = [entry for entry in named if folder in (None, entry.get("folderName"))]
        home = (here or named)[0].get("folderName")
        wrong = "" if here else f', not in "{folder}"'
        yield Finding("list", not wrong, f'list "{wanted}" is in folder "{home}"{wrong}')
        yield from guarded("column", self._column)

    def _column(self) -> Iterator[Finding]:
        fields = self.client.send(
            Call(
                function="retrieveListFields",
                path=path("lists", self.connector.profile_list, "fields"),
                method="GET",
            )
        )
        columns = {name.upper() for name in known(fields, "fieldName")}
        need = IDENTIFIERS[self.connector.identifier_type].column
        text = f"column {need} for {self.connector.identifier_type}"
        yield Finding("column", need in columns, text if need in columns else f"the list has no {text}")

    def _events(self) -> Iterator[Finding]:
        wanted = [
            (each.name, each.options["event"]) for each in self.destinations if each.action == "custom_event"
        ]
        names = known(self.client.send(EVENTS), "eventName") if wanted else []
        for destination, event in wanted:
            missing = "" if event in names else f": the account has no such event{likely(event, names)}"
            yield Finding("event", not missing, f'destination "{destination}", event "{event}"{missing}')

    def _limits(self) -> Iterator[Finding]:
        functions = {name for each in self.destinations for name in ACTIONS[each.action].functions}
        configured = self.connector.limits
        told = {} if functions and functions <= configured.keys() else read_limits(self.client)
        for function in sorted(functions):
            yield limit(function, configured.get(function), told.get(function))
        if not functions:
            yield Finding(
                "limits", bool(told), f"the account {'says' if told else 'does not say'} its limits"
            )


def limit(function: str, configured: int | None, told: int | None) -> Finding:
    """Say how often a function may be called, and who says so."""
    if configured or told:
        source = "as configured" if configured else "as the account says"
        return Finding("limits", True, f"{function}: {configured or told} calls per minute, {source}")
    text = f'the account does not say how many calls of {function} it may make: set it in "limits"'
    return Finding("limits", False, text)


def guarded(check: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Turn an error of a look into a finding."""
    try:
        yield from look()
    except CallError as error:
        yield Finding(check, False, f"{check}: {error}")


def listed(answer: Any) -> list[Mapping[str, Any]]:
    """Return the entries of a listing: an array, or in an object's ``items`` or ``fields``."""
    entries = answer.get("items", answer.get("fields")) if isinstance(answer, dict) else answer
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def known(answer: Any, key: str) -> list[str]:
    """Return the names in a listing."""
    return [entry[key] for entry in listed(answer) if isinstance(entry.get(key), str)]


def likely(name: str, names: Collection[str]) -> str:
    """Offer the name that was perhaps meant."""
    lower = {each.lower(): each for each in names}
    close = get_close_matches(name.lower(), lower, n=1)
    return f'; did you mean "{lower[close[0]]}"?' if close else ""
