"""The account as it is now: lists, tables, events, campaigns; each asked for once, even after an error."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pipeline.errors import CallError
from pipeline.model.call import Call
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.names import path
from pipeline.responsys.preflight.listings import Entry, columns, known, listed

if TYPE_CHECKING:
    from pipeline.responsys.client import Client

MOST_PAGES = 50  # of campaigns, to find one with a similar name
CAMPAIGNS = 200  # on a page


@dataclass(frozen=True)
class ExistingTable:
    """An extension table, or a supplemental one."""

    name: str
    folder: str | None
    columns: Mapping[str, str]  # name to type


class Account:
    """The account of a connector, seen through its profile list."""

    def __init__(self, connector: ResponsysConnector, client: "Client") -> None:
        self.connector = connector
        self._client = client
        self._answers: dict[str, Any] = {}  # by path; errors among them

    @cached_property
    def lists(self) -> list[Entry]:
        """All profile lists."""
        return listed(self._get("retrieveLists", "lists"))

    @property
    def has_list(self) -> bool:
        """Whether the connector's list is known to be there."""
        try:
            return any(entry.get("name") == self.connector.profile_list for entry in self.lists)
        except CallError:
            return False

    @cached_property
    def columns(self) -> Mapping[str, str]:
        """The columns of the list, with their types."""
        return columns(self._get("retrieveListFields", "lists", self.connector.profile_list, "fields"))

    @cached_property
    def extensions(self) -> dict[str, ExistingTable]:
        """The extension tables of the list."""
        answer = self._get(
            "retrieveProfileExtensions", "lists", self.connector.profile_list, "listExtensions"
        )
        tables = [extension(entry) for entry in listed(answer)]
        return {table.name: table for table in tables}

    @cached_property
    def events(self) -> list[str]:
        """All custom events."""
        return known(self._get("retrieveEvents", "events"), "eventName")

    def campaign(self, name: str) -> Entry | None:
        """Return a campaign; None when there is none."""
        answer = unless_missing(
            lambda: self._get("retrieveCampaign", "campaigns", name), "CAMPAIGN_NOT_FOUND"
        )
        return answer if isinstance(answer, dict) else None

    @cached_property
    def campaigns(self) -> list[str]:
        """The names of e-mail campaigns, as many as are worth asking for."""
        return [name for page in self._pages() for name in page]

    def _pages(self) -> Iterator[list[str]]:
        for page in range(MOST_PAGES):
            query = f"?offset={page * CAMPAIGNS}&limit={CAMPAIGNS}&type=email"
            names = known(self._get("retrieveCampaigns", "campaigns", query=query), "name", "campaigns")
            yield names
            if len(names) < CAMPAIGNS:
                return

    @cached_property
    def supplemental(self) -> list[ExistingTable]:
        """All supplemental tables."""
        answer = self._get("retrieveSupplementalTables", "suppData")
        return [
            ExistingTable(str(each.get("name")), each.get("folderName"), columns(each))
            for each in listed(answer)
        ]

    def primary_key(self, table: ExistingTable) -> tuple[str, ...]:
        """Return the columns of a supplemental table's primary key; none when it has none."""
        names = ("folder", str(table.folder), "suppData", table.name)  # not "folders", here alone
        return tuple(columns(self._get("retrieveSupplementalTable", *names, query="?ft=pk")))

    def poll(self) -> None:
        """Ask after a request that never was; raises CallError when the account is not enabled for that."""
        self._client.poll(["TkVWRVI6OjA="])  # NEVER::0, as ids are

    def _get(self, function: str, *names: str, query: str = "") -> Any:
        where = path(*names) + query
        if where not in self._answers:
            self._answers[where] = self._ask(Call(function=function, path=where, method="GET"))
        if isinstance(self._answers[where], CallError):
            raise self._answers[where]
        return self._answers[where]

    def _ask(self, call: Call) -> Any:
        try:
            return self._client.send(call)
        except CallError as error:
            return error


def extension(entry: Entry) -> ExistingTable:
    """Read an extension table."""
    place = entry.get("profileExtension")
    place = place if isinstance(place, dict) else {}
    return ExistingTable(str(place.get("objectName")), place.get("folderName"), columns(entry))


def unless_missing(ask: Callable[[], Any], code: str) -> Any:
    """Return an answer; None when it is the error that says there is nothing."""
    try:
        return ask()
    except CallError as error:
        if error.code != code:
            raise
        return None
