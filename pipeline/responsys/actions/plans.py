"""Keep what was read of a destination's options until its record changes: rows come by the thousand."""

from collections.abc import Callable
from typing import Generic, TypeVar

from pipeline.model.connector import Connector
from pipeline.model.destination import Destination

Plan = TypeVar("Plan")


class Plans(Generic[Plan]):
    """Plans by destination; may be shared by threads, of which two may make the same one."""

    def __init__(self, make: Callable[[Connector, Destination], Plan]) -> None:
        self._make = make
        self._made: dict[str, tuple[Connector, Destination, Plan]] = {}

    def of(self, connector: Connector, destination: Destination) -> Plan:
        """Return the plan of a destination as it is configured now."""
        made = self._made.get(destination.name)
        if made and made[0] is connector and made[1] is destination:
            return made[2]
        plan = self._make(connector, destination)
        self._made[destination.name] = (connector, destination, plan)
        return plan
