"""Look at everything that a connector and its destinations name."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from pipeline.model.action import Action
from pipeline.model.finding import Finding
from pipeline.model.looking import guarded
from pipeline.model.source import MembersSource, Source
from pipeline.responsys import needs
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.preflight.account import Account
from pipeline.responsys.preflight.allowances import look_for_async, look_for_limits
from pipeline.responsys.preflight.extension_tables import look_for_extension
from pipeline.responsys.preflight.lists import look_for_columns, look_for_list
from pipeline.responsys.preflight.messages import look_for_campaign, look_for_event
from pipeline.responsys.preflight.read_columns import look_for_read_columns
from pipeline.responsys.preflight.supplemental_tables import look_for_supplemental
from pipeline.responsys.requests import POLL_REQUESTS

if TYPE_CHECKING:
    from pipeline.responsys.client import Client

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
    """Checks one connector, and the actions of the destinations that use it."""

    connector: ResponsysConnector
    actions: Collection[Action]
    client: "Client"
    sources: Collection[Source] = ()

    def findings(self) -> list[Finding]:
        """Look at everything; without a login there is nothing more to see."""
        found = list(guarded("login", self._login))
        if found[0].ok:
            account = Account(self.connector, self.client)
            found += guarded("list", partial(look_for_list, account))
            for action in self.actions:
                found += self._needs(account, action)
            for source in self.sources:
                if isinstance(source, MembersSource):
                    look = partial(look_for_read_columns, account, source)
                    found += guarded("source", look, f'source "{source.name}"')
            if self._later:
                found += guarded("api", partial(look_for_async, account))
            found += guarded("limits", partial(look_for_limits, self.connector, self.client, self._functions))
        return found

    def _login(self) -> Iterator[Finding]:
        yield Finding("login", True, f"logged in, calls go to {self.client.log_in()}")

    def _needs(self, account: Account, action: Action) -> Iterator[Finding]:
        subject = action.destination.subject
        if action.destination.problem:
            yield Finding("destination", False, f"{subject}: {action.destination.problem}")
            return
        for need in action.needs():
            check, look = LOOKS[type(need)]
            yield from guarded(check, partial(look, account, subject, need), f"{subject}, {check}")

    @cached_property
    def _later(self) -> bool:
        """Whether the answers of any destination come later."""
        return any(action.connector.api == "async" for action in self.actions)

    @property
    def _functions(self) -> set[str]:
        functions = {name for action in self.actions for name in action.functions}
        return functions | {POLL_REQUESTS} if self._later else functions


def preflight(
    connector: ResponsysConnector,
    actions: Collection[Action],
    client: "Client",
    sources: Collection[Source] = (),
) -> list[Finding]:
    """Return all findings of a connector and of the destinations and sources that use it."""
    return Preflight(connector, actions, client, sources).findings()
