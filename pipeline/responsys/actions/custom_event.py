"""Trigger a custom event, which enters people into the programs that listen to it.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-events-eventName-post.htm
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from msgspec import Struct, defstruct

from pipeline.model.action import Action, Step, Verdicts
from pipeline.model.activation import Activation
from pipeline.model.call import Call
from pipeline.model.destination import Destination
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.errors import SETUP_CODES
from pipeline.responsys.identifiers import IDENTIFIERS, recipient_hash, riid
from pipeline.responsys.names import SYSTEM_COLUMNS, path
from pipeline.responsys.needs import Event, Need
from pipeline.responsys.quoted_values import naming
from pipeline.responsys.results import read_results
from pipeline.text.rendering import RENDERINGS

# Names that the properties of an event must not have, in upper case: Responsys tells no case apart in
# names. System columns "can corrupt processing and skip recipients", the other two are ours.
RESERVED = SYSTEM_COLUMNS | {"PROFILEID", "CALLTYPE"}
MOST_FREE = 1000  # names that are remembered not to be among them


class CustomEvent(Action):
    """One event per row, with its variables as properties; the person must be in the list already."""

    connector: ResponsysConnector
    name = "custom_event"
    coalesces = False
    functions = ("triggerCustomEvent",)

    def __init__(self, connector: ResponsysConnector, destination: Destination) -> None:
        super().__init__(connector, destination)
        self._identifier = IDENTIFIERS[connector.identifier_type]
        self._hashed = connector.identifier_type == "hashed_email"
        self._path = path("events", destination.options["event"], api=connector.api)
        self._list_name = {"objectName": connector.profile_list}
        if connector.list_folder:
            self._list_name["folderName"] = connector.list_folder
        # Whether a person was entered cannot be looked up, so an event is never triggered twice.
        event = Step(
            name="event",
            function="triggerCustomEvent",
            call=self._call,
            verdicts=self._verdicts,
            repeatable=False,
            setup_codes=SETUP_CODES,
            explain=naming("property", named_properties),
        )
        self._steps = (event,)
        # Names that a property may have: rows come with the same again and again.
        self._free: set[str] = set()

    def problem(self, row: Activation) -> str | None:
        """Look for a missing identifier and for names that Responsys keeps to itself."""
        if not self._free.issuperset(row.variables):
            names = reserved(row.variables)
            if names:
                return "reserved variable names: " + ", ".join(f'"{name}"' for name in names)
            if len(self._free) < MOST_FREE:
                self._free.update(row.variables)
        return self._identifier.problem(row)

    def problems(self, rows: Sequence[Activation]) -> dict[int, str]:
        """Look at the names of all rows at once, and at row by row only if something is amiss."""
        names: set[str] = set().union(*[row.variables for row in rows])
        if not self._free.issuperset(names) or any(map(self._identifier.problem, rows)):
            return super().problems(rows)
        return {}

    def recipient(self, row: Activation) -> str:
        """Return a hash of the identifier; one that is a hash is only shortened."""
        if not self._hashed:
            return recipient_hash(str(self._identifier.value(row)))
        hashed = row.identifiers.get("hashed_email")
        if hashed:
            return hashed[:16].lower()
        return sha256(row.identifiers["email"].strip().lower().encode()).hexdigest()[:16]

    def needs(self) -> tuple[Need, ...]:
        """Name the event."""
        return (Event(self.destination.options["event"]),)

    def steps(self, rows: Sequence[Activation]) -> tuple[Step, ...]:
        """Trigger the event."""
        return self._steps

    def _call(self, rows: Sequence[Activation]) -> Call:
        """Build the request.

        Oracle's sample lists every identifier, the unused ones as null, and ``emailFormat``. Recorded calls
        succeed with one identifier and the list, and a format of ours would overrule the person's own.
        """
        value, person = self._identifier.value, PERSONS[self.connector.identifier_type]
        recipients = [Recipient(person(value(row), self._list_name), properties(row)) for row in rows]
        return Call(
            function="triggerCustomEvent",
            path=self._path,
            body={"customEvent": {}, "recipientData": recipients},
        )

    def _verdicts(self, rows: Sequence[Activation], answer: Any) -> Verdicts:
        """Read one result per recipient; success means that the person was handed to the program."""
        riids = [riid(row) for row in rows] if self.connector.identifier_type == "riid" else None
        return read_results(answer, len(rows), riids)


def named_properties(row: Activation) -> Iterator[tuple[str, str | None]]:
    """Give a row's properties by their names."""
    return ((each.name, each.value) for each in properties(row))


def reserved(names: Iterable[str]) -> list[str]:
    """Return which of these names a property must not have."""
    return sorted(name for name in names if name.upper() in RESERVED)


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


def properties(row: Activation) -> list[Property]:
    """Return a row's properties: its profile, its call type, and its variables."""
    found = [Property("profileId", row.profile_id), Property("callType", row.call_type)]
    for name, value in row.variables.items():
        found.append(Property(name, value if type(value) is str else RENDERINGS[type(value)](value)))
    return found
