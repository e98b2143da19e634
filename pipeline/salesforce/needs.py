"""Needs: objects and fields that an org must have for an action; ``activation check`` looks for them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class NeededObject:
    """An object, and the fields of it that are written and read."""

    name: str
    written: tuple[str, ...]
    read: tuple[str, ...] = ()
    values: tuple[tuple[str, Any], ...] = ()  # fields with values that the configuration names
    is_created: bool = False
    filled: Collection[str] = ()  # of a new record, beside ``written``
    key: str = ""  # a field that records are upserted by
    is_optional: bool = False  # of several such objects only one must have all fields


@dataclass(frozen=True)
class NeededCampaign:
    """A campaign, and the status of its members."""

    campaign: str
    status: str


Need = NeededObject | NeededCampaign
