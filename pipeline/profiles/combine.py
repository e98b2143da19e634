"""Combination: a person's profile, of the rows of all its handles. No order of them matters."""

from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.profiles.further_field import FurtherField
from pipeline.profiles.mapping import FACET_COUNTERS, FACET_SETS, FIELDS
from pipeline.profiles.profile_row import (
    ACTIVE,
    COUNTS,
    FIRSTS,
    FURTHER,
    LAST_PLACES,
    LASTS,
    PACKED,
    PLACE,
    add_up,
    empty_row,
    keep_later,
)  # fmt: skip
from pipeline.profiles.times import HOURS_OF_WEEK, iso
from pipeline.stores.event_tables import COUNTED

KINDS = len(COUNTED)
COUNTERS = (*FACET_COUNTERS, "hour_of_week", "month_of_year")
CHANNELS = "last_channel_activities"
STORED = {field.name: PLACE[field.name] for field in FIELDS if field.name in PLACE}
HOUR_OF_DAY = {str(hour): str(hour % 24) for hour in range(HOURS_OF_WEEK)}
TIMES = frozenset(field.name for field in FIELDS if field.kind in ("min", "max"))
# Of each field its name, its place in a row (None: it has no column of its own), and whether it is a time.
PLACES = [(field.name, STORED.get(field.name), field.name in TIMES) for field in FIELDS]


def combined(rows: Sequence[list[Any]], further: Sequence[FurtherField] = ()) -> list[Any]:
    """Return one row for the rows of several handles."""
    if len(rows) == 1:
        return rows[0]
    whole = empty_row(min(row[0] for row in rows))
    for row in rows:
        add_row(whole, row, further)
    return whole


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


def fields_of(row: list[Any], further: Iterable[FurtherField] = ()) -> dict[str, Any]:
    """Return the fields of a combined row, in the order of the mapping; one without anything is left out."""
    packed = row[PACKED]
    fields: dict[str, Any] = {}
    for name, place, is_time in PLACES:
        value = told(name, row, packed) if place is None else row[place]
        if is_time:
            if value is not None:
                fields[name] = iso(value)
        elif value:
            fields[name] = value
    kept = packed.get(FURTHER, {})
    fields.update({field.name: field.shown(kept[field.name]) for field in further if field.name in kept})
    return fields


def told(name: str, row: list[Any], packed: dict[str, Any]) -> Any:
    """Return a field that has no column of its own."""
    match name:
        case "email_domain":
            email = row[PLACE["email"]]
            return email and email.rpartition("@")[2]
        case "channels":
            return sorted(packed.get(CHANNELS, ()))
        case "last_channel_activities":
            return {channel: iso(moment) for channel, moment in sorted(packed.get(CHANNELS, {}).items())}
        case "hourly":
            return hours_of(packed.get("hour_of_week", {}))
    value = packed.get(name)
    return dict(sorted(value.items())) if isinstance(value, dict) else value


def hours_of(hours_of_week: dict[str, int]) -> dict[str, int]:
    """Return counters per hour of the day."""
    hours: dict[str, int] = {}
    for hour, times in hours_of_week.items():
        text = HOUR_OF_DAY[hour]
        hours[text] = hours.get(text, 0) + times
    return dict(sorted(hours.items()))


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
