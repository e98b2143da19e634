"""Look at everything that a connector and its destinations name."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.responsys import needs
from pipeline.responsys.actions import ACTIONS
from pipeline.responsys.client import Client
from pipeline.responsys.login import Tokens
from pipeline.responsys.preflight.account import Account
from pipeline.responsys.preflight.allowances import look_for_async, look_for_limits
from pipeline.responsys.preflight.extension_tables import look_for_extension
from pipeline.responsys.preflight.finding import Finding, guarded
from pipeline.responsys.preflight.lists import look_for_columns, look_for_list
from pipeline.responsys.preflight.messages import look_for_campaign, look_for_event
from pipeline.responsys.preflight.supplemental_tables import look_for_supplemental
from pipeline.responsys.requests import POLL_REQUESTS

Look = Callable[[Account, str, Any], Iterator[Finding]]

LOOKS: dict[type[object], tuple[str, Look]] = {
    needs.ListColumns: ("column", look_for_columns),
    needs.Event: ("event", look_for_event),
    needs.Campaign: ("campaign", look_for_campaign),
    needs.NeededExtensionTable: ("table", look_for_extension),
    needs.NeededSupplementalTable: ("table", look_for_supplemental),
}


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
        if found[0].ok:
            account = Account(self.connector, self.client)
            found += guarded("list", partial(look_for_list, account))
            for destination in self.destinations:
                found += self._needs(account, destination)
            if self._later:
                found += guarded("api", partial(look_for_async, account))
            found += guarded("limits", partial(look_for_limits, self.connector, self.client, self._functions))
        return found

    def _login(self) -> Iterator[Finding]:
        token = self.tokens.log_in(self.connector)
        yield Finding("login", True, f"logged in, calls go to {token.end_point}")

    def _needs(self, account: Account, destination: Destination) -> Iterator[Finding]:
        who = f'destination "{destination.name}"'
        if destination.problem:
            yield Finding("destination", False, f"{who}: {destination.problem}")
            return
        for need in ACTIONS[destination.action](self.connector, destination).needs():
            check, look = LOOKS[type(need)]
            yield from guarded(check, partial(look, account, who, need), f"{who}, {check}")

    @cached_property
    def _later(self) -> bool:
        """Whether the answers of any destination come later."""
        return any(self.connector.through(each).api == "async" for each in self.destinations)

    @property
    def _functions(self) -> set[str]:
        functions = {name for each in self.destinations for name in ACTIONS[each.action].functions}
        return functions | {POLL_REQUESTS} if self._later else functions
