"""Trigger a custom event, which enters people into the programs that listen to it.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-develop/API/REST/api-v1.3-events-eventName-post.htm
"""

from collections.abc import Sequence
from hashlib import sha256

from pipeline.model.action import Action, Step
from pipeline.model.activation import Activation
from pipeline.model.destination import Destination
from pipeline.responsys.actions.event_trigger import EventTrigger, reserved
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.needs import Event, Need
from pipeline.text.recipients import recipient_hash

MOST_FREE = 1000  # names that are remembered not to be among the reserved ones


class CustomEvent(Action):
    """One event per row, with its variables as properties; the person must be in the list already."""

    connector: ResponsysConnector
    name = "custom_event"
    coalesces = False
    functions = ("triggerCustomEvent",)

    def __init__(self, connector: ResponsysConnector, destination: Destination) -> None:
        super().__init__(connector, destination)
        trigger = EventTrigger(connector, destination.options["event"], connector.identifier_type)
        self._identifier = trigger.identifier
        self._hashed = connector.identifier_type == "hashed_email"
        self._steps = (trigger.step(),)
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
        """Look at the names of all rows at once, and row by row only if one of them is new."""
        names: set[str] = set().union(*[row.variables for row in rows])
        return self._identifier.problems(rows) if self._free.issuperset(names) else super().problems(rows)

    def recipient(self, row: Activation) -> str:
        """Return a hash of the identifier; one that is a hash is only shortened."""
        if not self._hashed:
            return recipient_hash(str(self._identifier.value(row)))
        hashed = row.identifiers.get("hashed_email")
        if hashed:
            return hashed[:16].lower()
        return sha256(row.identifiers["email"].strip().lower().encode()).digest()[:8].hex()

    def needs(self) -> tuple[Need, ...]:
        """Name the event."""
        return (Event(self.destination.options["event"]),)

    def steps(self, rows: Sequence[Activation]) -> tuple[Step, ...]:
        """Trigger the event."""
        return self._steps
