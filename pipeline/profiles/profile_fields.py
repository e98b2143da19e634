"""The fields of a profile, of its combined row, in the order of the mapping; empty ones are left out.

An export writes millions of them. So sets and counters are not read: they pass as the JSON that is stored, of
which all keys are sorted.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import msgspec
from msgspec import Raw

from pipeline.profiles.further_field import FurtherField
from pipeline.profiles.mapping import FIELDS, MappedField
from pipeline.profiles.profile_row import FURTHER, PACKED, PLACE, decode
from pipeline.profiles.times import iso_text

CHANNELS = "last_channel_activities"
HOURS = [(hour, str(hour)) for hour in sorted(range(24), key=str)]
Parts = dict[str, Raw]  # packed values by name
Reader = Callable[[list[Any], Parts], dict[str, Any]]

read_parts = msgspec.json.Decoder(Parts).decode
read_counters = msgspec.json.Decoder(dict[int, int]).decode


def fields_of(row: list[Any], further: Iterable[FurtherField] = ()) -> dict[str, Any]:
    """Return the fields of a row as it is stored; some are Raw, which msgspec writes as they are."""
    parts = read_parts(row[PACKED])
    fields: dict[str, Any] = {}
    for read in READERS:
        fields |= read(row, parts)
    if further and FURTHER in parts:
        kept = decode(parts[FURTHER])
        fields |= {field.name: field.shown(kept[field.name]) for field in further if field.name in kept}
    return fields


def kind_of(field: MappedField) -> str:
    """Tell how a field is read: as a value or a time of a column, or from a packed set."""
    if field.name not in PLACE:
        return "packed"
    return "time" if field.kind in ("min", "max") else "value"


def values_of(names: list[str]) -> Reader:
    """Return a reader that takes the values of columns as they are, without counts of 0."""
    places = [(name, PLACE[name]) for name in names]
    return lambda row, _: {name: value for name, place in places if (value := row[place])}


def times_of(names: list[str]) -> Reader:
    """Return the reader of columns with moments, which msgspec writes as rules ask for: with a Z."""
    places = [(name, PLACE[name]) for name in names]
    time, zone = datetime.fromtimestamp, UTC
    return lambda row, _: {
        name: time(moment, zone) for name, place in places if (moment := row[place]) is not None
    }


def packed_of(names: list[str]) -> Reader:
    """Return the reader of sets and counters, and of fields that follow from them and the address."""
    told = [(name, TOLD.get(name) or stored_part(name)) for name in names]
    return lambda row, parts: {name: value for name, tell in told if (value := tell(row, parts))}


def stored_part(name: str) -> Callable[[list[Any], Parts], Raw | None]:
    """Return the expression for a part as it is stored; one that is there has something in it."""
    return lambda _, parts: parts.get(name)


def channel_times(_: list[Any], parts: Parts) -> dict[str, str]:
    """Return the last moment of each channel."""
    return (
        {name: iso_text(moment) for name, moment in decode(parts[CHANNELS]).items()}
        if CHANNELS in parts
        else {}
    )


def channel_names(_: list[Any], parts: Parts) -> list[str]:
    """Return the channels."""
    return list(decode(parts[CHANNELS])) if CHANNELS in parts else []


def email_domain(row: list[Any], _: Parts) -> str | None:
    """Return the domain of the address."""
    email: str | None = row[PLACE["email"]]
    return email and email.rpartition("@")[2]


def hourly_counts(_: list[Any], parts: Parts) -> dict[str, int]:
    """Return counters per hour of the day, of those per hour of the week."""
    if "hour_of_week" not in parts:
        return {}
    counts = [0] * 24
    for hour, times in read_counters(parts["hour_of_week"]).items():
        counts[hour % 24] += times
    return {name: times for hour, name in HOURS if (times := counts[hour])}


TOLD: dict[str, Callable[[list[Any], Parts], Any]] = {
    CHANNELS: channel_times, "channels": channel_names, "email_domain": email_domain, "hourly": hourly_counts
}  # fmt: skip
READERS_OF = {"value": values_of, "time": times_of, "packed": packed_of}
READERS = [READERS_OF[kind]([field.name for field in some]) for kind, some in groupby(FIELDS, kind_of)]
