"""Settings of an org: duplicate rules, automations, locks, delays, outbound messages."""

from typing import Literal

import msgspec


class DuplicateRule(msgspec.Struct, forbid_unknown_fields=True, rename={"table": "object"}):
    """Records of an object with one value of a field are duplicates: refused, or refused unless allowed."""

    table: str
    field: str
    action: Literal["block", "alert"] = "block"
    name: str = "Standard_Rule"


class Automation(msgspec.Struct, forbid_unknown_fields=True, rename={"table": "object"}):
    """A flow that changes a field of every record that is saved."""

    table: str
    field: str
    does: Literal["title", "upper", "lower", "set"] = "title"
    value: str | bool | None = None  # of "set"

    def apply(self, value: object) -> object:
        """Return the value that is stored."""
        if self.does == "set":
            return self.value
        return getattr(value, self.does)() if isinstance(value, str) else value


class Lock(msgspec.Struct, forbid_unknown_fields=True):
    """A record that another transaction holds; ``apex``: the error comes out of a trigger's text."""

    id: str
    times: int | None = None  # writes that are refused; None: all
    apex: bool = False


class OutboundMessage(msgspec.Struct, forbid_unknown_fields=True, rename={"table": "object"}):
    """A message to ``url`` whenever a record of the object is saved, with the named fields."""

    url: str
    table: str
    fields: tuple[str, ...] = ("Id",)
    action_id: str = "04k000000000001AAA"


class OrgSettings(msgspec.Struct, forbid_unknown_fields=True):
    """All of it; the control API replaces single parts."""

    delay: float = 0.0  # seconds until a write is seen, though stamped at once
    duplicate_rules: list[DuplicateRule] = []
    automations: list[Automation] = []
    locks: list[Lock] = []
    outbound_messages: list[OutboundMessage] = []
