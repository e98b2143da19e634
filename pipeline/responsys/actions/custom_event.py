"""Trigger a custom event, which enters people into the programs that listen to it.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-events-eventName-post.htm
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from msgspec import Struct, defstruct

from pipeline.model.action import Action, Step, Verdicts
from pipeline.model.activation import Activation
from pipeline.model.call import Call
from pipeline.model.connector import Connector
from pipeline.model.destination import Destination
from pipeline.responsys.identifiers import IDENTIFIERS
from pipeline.responsys.names import SYSTEM_COLUMNS, path
from pipeline.responsys.needs import Event, Need
from pipeline.responsys.results import read_results
from pipeline.text.rendering import RENDERINGS

# Names that the properties of an event must not have, in upper case: Responsys tells no case apart in
# names. System columns "can corrupt processing and skip recipients", the other two are ours.
RESERVED = SYSTEM_COLUMNS | {"PROFILEID", "CALLTYPE"}
MOST_FREE = 1000  # names that are remembered not to be among them


class CustomEvent(Action):
    """One event per row, with its variables as properties; the person must be in the list already."""

    name = "custom_event"
    state = False
    functions = ("triggerCustomEvent",)

    def __init__(self) -> None:
        # Names that a property may have: rows come with the same again and again.
        self._free: set[str] = set()

    def problem(self, connector: Connector, destination: Destination, activation: Activation) -> str | None:
        """Look for a missing identifier and for names that Responsys keeps to itself."""
        if not self._free.issuperset(activation.variables):
            names = reserved(activation.variables)
            if names:
                return "reserved variable names: " + ", ".join(f'"{name}"' for name in names)
            if len(self._free) < MOST_FREE:
                self._free.update(activation.variables)
        return IDENTIFIERS[connector.identifier_type].problem(activation)

    def problems(
        self, connector: Connector, destination: Destination, rows: Sequence[Activation]
    ) -> dict[int, str]:
        """Look at the names of all rows at once, and at the rows by themselves where something is amiss."""
        names: set[str] = set().union(*[row.variables for row in rows])
        if not self._free.issuperset(names) or any(map(IDENTIFIERS[connector.identifier_type].problem, rows)):
            return super().problems(connector, destination, rows)
        return {}

    def needs(self, connector: Connector, destination: Destination) -> tuple[Need, ...]:
        """Name the event."""
        return (Event(destination.options["event"]),)

    def steps(
        self, connector: Connector, destination: Destination, rows: Sequence[Activation]
    ) -> tuple[Step, ...]:
        """Trigger the event; whether somebody was entered cannot be looked up, so never twice."""
        return (
            Step(
                name="event",
                function="triggerCustomEvent",
                call=partial(event_call, connector, destination),
                verdicts=partial(event_verdicts, connector),
                repeatable=False,
            ),
        )


def reserved(names: Iterable[str]) -> list[str]:
    """Return which of these names a property must not have."""
    return sorted(name for name in names if name.upper() in RESERVED)


def event_call(connector: Connector, destination: Destination, rows: Sequence[Activation]) -> Call:
    """Build the request.

    Oracle's sample lists every identifier, the unused ones as null, and ``emailFormat``. Recorded calls
    succeed with one identifier and the list, and a format of ours would overrule the person's own.
    """
    value, person = IDENTIFIERS[connector.identifier_type].value, PERSONS[connector.identifier_type]
    list_name = {"objectName": connector.profile_list}
    if connector.list_folder:
        list_name["folderName"] = connector.list_folder
    return Call(
        function="triggerCustomEvent",
        path=path("events", destination.options["event"], api=connector.api),
        body={
            "customEvent": {},
            "recipientData": [Recipient(person(value(row), list_name), properties(row)) for row in rows],
        },
    )


def event_verdicts(connector: Connector, rows: Sequence[Activation], answer: Any) -> Verdicts:
    """Read one result per recipient; success means that the person was handed to the program."""
    sent = None
    if connector.identifier_type == "riid":
        sent = [IDENTIFIERS["riid"].value(row) for row in rows]
    return read_results(answer, len(rows), sent)


class Property(Struct, frozen=True, gc=False):
    """One property of an event; structs take two thirds of the time that dicts do."""

    name: str
    value: str | None


class Recipient(Struct, frozen=True, gc=False):
    """Whom an event is triggered for, and its properties."""

    recipient: Struct
    optionalData: list[Property]  # noqa: N815 - Oracle's own name


# What names a person and the list, by the kind of the identifier.
PERSONS: Mapping[str, Callable[..., Struct]] = {
    kind: defstruct("Person", [(each.key, str | int), ("listName", dict[str, str])], frozen=True, gc=False)
    for kind, each in IDENTIFIERS.items()
}


def properties(row: Activation) -> list[Property]:
    """Return a row's properties: its profile, what happened to it, and its variables."""
    found = [Property("profileId", row.profile_id), Property("callType", row.call_type)]
    for name, value in row.variables.items():
        found.append(Property(name, value if type(value) is str else RENDERINGS[type(value)](value)))
    return found
