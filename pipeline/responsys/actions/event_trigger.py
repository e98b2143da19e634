"""The call that triggers a custom event for people of the list, each found by one identifier.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-events-eventName-post.htm
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, defstruct

from pipeline.model.action import Step, Verdicts
from pipeline.model.activation import Activation
from pipeline.model.call import Call
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.errors import SETUP_CODES
from pipeline.responsys.identifiers import IDENTIFIERS, riid
from pipeline.responsys.names import SYSTEM_COLUMNS, path
from pipeline.responsys.quoted_values import naming
from pipeline.responsys.results import read_results
from pipeline.text.rendering import RENDERINGS

# Names that the properties of an event must not have, in upper case: Responsys tells no case apart in
# names. System columns "can corrupt processing and skip recipients", the other two are ours.
RESERVED = SYSTEM_COLUMNS | {"PROFILEID", "CALLTYPE"}

Properties = Callable[[Activation], "list[Property]"]


class Property(Struct, frozen=True, gc=False):
    """One property of an event; structs take two thirds of the time that dicts do."""

    name: str
    value: str | None


class Recipient(Struct, frozen=True, gc=False):
    """Whom an event is triggered for, and its properties."""

    recipient: Struct
    optionalData: list[Property]  # noqa: N815 - Oracle's own name


# The names of a person and of the list, by the kind of the identifier.
PERSONS: Mapping[str, Callable[..., Struct]] = {
    kind: defstruct("Person", [(each.key, str | int), ("listName", dict[str, str])], frozen=True, gc=False)
    for kind, each in IDENTIFIERS.items()
}


def properties_of(row: Activation) -> list[Property]:
    """Return a row's properties: its profile, its call type, and its variables."""
    found = [Property("profileId", row.profile_id), Property("callType", row.call_type)]
    for name, value in row.variables.items():
        found.append(Property(name, value if type(value) is str else RENDERINGS[type(value)](value)))
    return found


class EventTrigger:
    """Triggers one event for members of the connector's list; whether it did cannot be looked up."""

    def __init__(
        self,
        connector: ResponsysConnector,
        event: str,
        identifier_type: str,
        properties: Properties = properties_of,
    ) -> None:
        self.identifier = IDENTIFIERS[identifier_type]
        self._person = PERSONS[identifier_type]
        self._is_by_riid = identifier_type == "riid"
        self._path = path("events", event, api=connector.api)
        self._list_name = {"objectName": connector.profile_list}
        if connector.list_folder:
            self._list_name["folderName"] = connector.list_folder
        self._properties = properties

    def step(self) -> Step:
        """Return the step, which is never done twice without a person's decision.

        Success means that the person was handed to the program.
        """
        return Step(
            name="event",
            function="triggerCustomEvent",
            call=self._call,
            verdicts=self._verdicts_by_riid if self._is_by_riid else read_results,
            repeatable=False,
            setup_codes=SETUP_CODES,
            explain=naming("property", self._named_properties),
        )

    def _named_properties(self, row: Activation) -> Iterator[tuple[str, str | None]]:
        return ((each.name, each.value) for each in self._properties(row))

    def _call(self, rows: Sequence[Activation]) -> Call:
        """Build the request.

        Oracle's sample lists every identifier, the unused ones as null, and ``emailFormat``. Recorded calls
        succeed with one identifier and the list, and a format of ours would overrule the person's own.
        """
        value, person, properties = self.identifier.value, self._person, self._properties
        recipients = [Recipient(person(value(row), self._list_name), properties(row)) for row in rows]
        return Call(
            function="triggerCustomEvent",
            path=self._path,
            body={"customEvent": {}, "recipientData": recipients},
        )

    def _verdicts_by_riid(self, rows: Sequence[Activation], answer: Any) -> Verdicts:
        return read_results(rows, answer, [riid(row) for row in rows])


def reserved(names: Iterable[str]) -> list[str]:
    """Return which of these names a property must not have."""
    return sorted(name for name in names if name.upper() in RESERVED)
