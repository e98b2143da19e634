"""A profile's row: all that is kept of the events of one handle, as the tables have it.

In Python it is a list in the order of the columns; ``packed`` is JSON in the table, a dict here.
"""

from typing import Any

import msgspec

from pipeline.stores.event_tables import COUNTED, LAST_ONES, first_name, last_name, profiles

NAMES = tuple(column.name for column in profiles.columns)
PLACE = {name: place for place, name in enumerate(NAMES)}
COUNTS = PLACE[f"{COUNTED[0]}_ct"]
FIRSTS = PLACE[first_name(COUNTED[0])]
LASTS = PLACE[last_name(COUNTED[0])]
ACTIVE = PLACE["last_active_ts"]
LAST_PLACES = {name: PLACE[name] for name in LAST_ONES}  # the moment is the next one
PACKED = PLACE["packed"]
FURTHER = "further"  # in ``packed``: fields of [profile_fields]

decode = msgspec.json.Decoder(dict[str, Any]).decode
encode = msgspec.json.Encoder(order="sorted").encode


def empty_row(handle: int) -> list[Any]:
    """Return the row of a handle without events."""
    row: list[Any] = [None] * len(NAMES)
    row[0] = handle
    row[COUNTS : COUNTS + len(COUNTED)] = [0] * len(COUNTED)
    row[PACKED] = {}
    return row


def read_row(stored: Any) -> list[Any]:
    """Read a row of the table."""
    row = list(stored)
    row[PACKED] = decode(row[PACKED])
    return row


def packed_row(row: list[Any]) -> list[Any]:
    """Return a row for the table."""
    return [*row[:PACKED], encode(row[PACKED]).decode()]


def keep_later(row: list[Any], place: int, moment: int, value: str) -> None:
    """Keep a value if it is later than the row's, or as late and greater."""
    kept = row[place + 1]
    if kept is None or moment > kept or (moment == kept and value > row[place]):
        row[place], row[place + 1] = value, moment


def add_up(counters: dict[str, int], further: dict[str, int]) -> None:
    """Add the counters of ``further``."""
    for value, times in further.items():
        counters[value] = counters.get(value, 0) + times
