"""Orders: the bodies of the control API."""

from typing import Any, Literal

import msgspec


class Order(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, rename={"table": "object"}):
    """The base of all orders; unknown keys are refused."""


NUMBERED = {"FirstName": "First{n}", "LastName": "Last{n}", "Email": "p{n}@example.com"}


class RangeSeed(Order):
    """Numbered records, all of one stamp; ``{n}`` in a value is the number."""

    count: int
    fields: dict[str, Any] = msgspec.field(default_factory=NUMBERED.copy)


class LoadOrder(Order, rename={"table": "object", "record_range": "range"}):
    """Records to store as they are, read-only fields included; their effects follow as ever."""

    table: str = "Contact"
    records: list[dict[str, Any]] = []
    record_range: RangeSeed | None = None


class EditOrder(Order, kw_only=True):
    """A record that a user edits by hand, or creates where there is no id."""

    table: str
    fields: dict[str, Any]
    id: str | None = None


class IdsOrder(Order):
    """Records to delete."""

    ids: list[str]


class MergeOrder(Order):
    """Records to merge into one."""

    master: str
    losers: list[str]


class ConvertOrder(Order):
    """A lead to convert, to a contact that is there or to a new one; ``opportunity`` names a new deal."""

    lead: str
    contact: str | None = None
    opportunity: str | None = None


class FieldsOrder(Order):
    """Fields to add, to remove, to hide from the API's user, or to show again."""

    table: str
    add: list[str] = []  # lines as org/field.py describes them
    remove: list[str] = []
    hide: list[str] = []
    show: list[str] = []


class ObjectOrder(Order):
    """A custom object."""

    name: str
    prefix: str
    fields: list[str]


class TokensOrder(Order):
    """All tokens are revoked; new ones end after ``calls`` calls, where given."""

    action: Literal["revoke"] = "revoke"
    calls: int | None = None


class ClockOrder(Order):
    """The org's clock is ahead of ours by so many seconds."""

    ahead: float


class ResetOrder(Order):
    """With ``calls_only`` records, tokens and faults stay as they are."""

    calls_only: bool = False
