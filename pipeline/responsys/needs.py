"""Needs: objects that an account must have for an action; ``activation check`` looks for them.

Columns are given with the type of their values, None for any type.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Columns = Mapping[str, str | None]  # name to type


@dataclass(frozen=True)
class ListColumns:
    """Columns of the connector's list."""

    columns: Columns


@dataclass(frozen=True)
class Event:
    """A custom event."""

    name: str


@dataclass(frozen=True)
class Campaign:
    """A campaign that sends to the connector's list."""

    name: str


@dataclass(frozen=True)
class NeededExtensionTable:
    """An extension table of the connector's list; it is made where there is none."""

    name: str
    columns: Columns
    folder: str | None  # where it must be; None: anywhere
    home: str | None  # where it is made; None: not configured


@dataclass(frozen=True)
class NeededSupplementalTable:
    """A supplemental table, and the columns that tell its rows apart."""

    name: str
    folder: str
    columns: Columns
    key: tuple[str, ...] = ()  # its primary key, as far as the configuration says
    match_columns: tuple[str, ...] = ()  # for a table without one


Need = ListColumns | Event | Campaign | NeededExtensionTable | NeededSupplementalTable
