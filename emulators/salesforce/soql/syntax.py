"""The parts of a query, as read."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Literal:
    """A value in a query; ``kind``: text, moment, day, number, boolean or null."""

    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field, an operator in upper case, and one value or a list of them."""

    path: str
    operator: str
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Conditions that must all hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any_:  # noqa: N801  ``Any`` is the type of anything
    """Conditions of which one must hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """A condition that must not hold."""

    part: "Condition"


Condition = Comparison | All | Any_ | Not


@dataclass(frozen=True, slots=True)
class Order:
    """A field to order by."""

    path: str
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query; no ``paths`` means ``COUNT()``."""

    paths: tuple[str, ...]
    table: str
    where: Condition | None = None
    order: tuple[Order, ...] = field(default=())
    limit: int | None = None
    offset: int = 0
