"""Combination: a person's profile, of the rows of all its handles. No order of them matters."""

from collections.abc import Sequence
from typing import Any

from pipeline.profiles.further_field import FurtherField
from pipeline.profiles.mapping import FACET_COUNTERS, FACET_SETS
from pipeline.profiles.profile_row import (
    ACTIVE,
    COUNTS,
    FIRSTS,
    FURTHER,
    LAST_PLACES,
    LASTS,
    PACKED,
    add_up,
    empty_row,
    keep_later,
    packed_row,
    read_row,
)  # fmt: skip
from pipeline.stores.event_tables import COUNTED

KINDS = len(COUNTED)
COUNTERS = (*FACET_COUNTERS, "hour_of_week", "month_of_year")
CHANNELS = "last_channel_activities"


def combined_row(rows: Sequence[list[Any]], further: Sequence[FurtherField] = ()) -> list[Any]:
    """Return one row for the rows of several handles, all of them as they are stored."""
    if len(rows) == 1:
        return rows[0]
    whole = empty_row(min(row[0] for row in rows))
    for row in rows:
        add_row(whole, read_row(row), further)
    return packed_row(whole)


def add_row(whole: list[Any], row: list[Any], further: Sequence[FurtherField]) -> None:
    """Add one row to another."""
    for place in range(COUNTS, COUNTS + KINDS):
        whole[place] += row[place]
    for place in range(FIRSTS, FIRSTS + KINDS):
        whole[place] = least(whole[place], row[place])
    for place in (*range(LASTS, LASTS + KINDS), ACTIVE):
        whole[place] = greatest(whole[place], row[place])
    for place in LAST_PLACES.values():
        if row[place + 1] is not None:
            keep_later(whole, place, row[place + 1], row[place])
    add_packed(whole[PACKED], row[PACKED], further)


def add_packed(whole: dict[str, Any], packed: dict[str, Any], further: Sequence[FurtherField]) -> None:
    """Add sets, counters, channels and further fields."""
    for name in FACET_SETS:
        if name in packed:
            whole[name] = sorted({*whole.get(name, ()), *packed[name]})
    for name in COUNTERS:
        if name in packed:
            add_up(whole.setdefault(name, {}), packed[name])
    for channel, moment in packed.get(CHANNELS, {}).items():
        channels = whole.setdefault(CHANNELS, {})
        channels[channel] = greatest(channels.get(channel), moment)
    if FURTHER in packed:
        add_further(whole.setdefault(FURTHER, {}), packed[FURTHER], further)


def add_further(whole: dict[str, Any], kept: dict[str, Any], further: Sequence[FurtherField]) -> None:
    """Add the fields of [profile_fields]."""
    for field in further:
        if field.name in kept:
            whole[field.name] = field.combine(whole.get(field.name), kept[field.name])


def least(one: int | None, other: int | None) -> int | None:
    """Return the smaller of two moments, of which either may be missing."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)


def greatest(one: int | None, other: int | None) -> int | None:
    """Return the greater of two moments, of which either may be missing."""
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)
