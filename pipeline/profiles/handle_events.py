"""The events of one handle become its row: counts, moments, sets and counters.

An event is a tuple in the order of ``COLUMNS``; the first ones are all that the mapping needs, the rest is
read for further fields alone.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from pipeline.model.event_flags import UNLINKED
from pipeline.profiles.event_values import EventValues, Facet
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
    keep_later,
)  # fmt: skip
from pipeline.profiles.times import DAY, hour_of_week, iso_text, month_of

COLUMNS = ("handle", "feed", "captured", "flags", "facet", "address", "phone")
FURTHER_COLUMNS = ("customer", "other", "file")
CHANNELS = "last_channel_activities"
SEPARATOR = "\x1f"  # between the values of ``other``
FACET_NAMES = {
    "CAMPAIGN_ID": "campaign",
    "LAUNCH_ID": "launch",
    "LIST_ID": "list",
    "OFFER_NAME": "offer",
    "OFFER_CATEGORY": "category",
    "OFFER_URL": "url",
    "SEGMENT_INFO": "segment",
}


class HandleEvents:
    """Adds events to rows."""

    def __init__(
        self, connection: Connection, values: EventValues, names: dict[int, tuple[str, str]],
        further: Sequence[FurtherField],
    ) -> None:  # fmt: skip
        self._connection = connection
        self._values = values
        self._names = names
        self._further = further

    def add(self, row: list[Any], events: Sequence[Any]) -> None:
        """Add the events of the row's handle."""
        self._add_moments(row, events)
        self._add_last_ones(row, events)
        self._add_counters(row[PACKED], events)
        self._add_facets(row, events)
        if self._further:
            self._add_further(row[PACKED].setdefault(FURTHER, {}), events)

    def _add_moments(self, row: list[Any], events: Sequence[Any]) -> None:
        """Count the twelve kinds, and keep the first and the last moment of each and of each channel."""
        kinds = self._values.kinds
        channels: dict[str, int] = row[PACKED].get(CHANNELS, {})
        for _, feed, captured, flags, *_ in events:
            kind = kinds[feed, flags]
            if (counter := kind.counter) is not None:
                row[COUNTS + counter] += 1
                if (first := row[FIRSTS + counter]) is None or captured < first:
                    row[FIRSTS + counter] = captured
                if (last := row[LASTS + counter]) is None or captured > last:
                    row[LASTS + counter] = captured
            if kind.channel is not None and captured > channels.get(kind.channel, captured - 1):
                channels[kind.channel] = captured
        if channels:
            row[PACKED][CHANNELS] = channels
        newest = max(event[2] for event in events)
        row[ACTIVE] = newest if row[ACTIVE] is None else max(newest, row[ACTIVE])

    def _add_last_ones(self, row: list[Any], events: Sequence[Any]) -> None:
        """Keep the latest address, telephone number and RIID."""
        kind, name = self._names[row[0]]
        if kind == "riid":
            keep_later(row, LAST_PLACES["rs_user_id"], row[ACTIVE], name)
        for _, _, captured, flags, _, address, phone, *_ in events:
            if phone is not None:
                keep_later(row, LAST_PLACES["phone"], captured, phone)
            own = address is not None and (not flags & UNLINKED or kind != "riid")
            if own and address in self._names:
                keep_later(row, LAST_PLACES["email"], captured, self._names[address][1])

    def _add_counters(self, packed: dict[str, Any], events: Sequence[Any]) -> None:
        """Count hours of the week and months."""
        of_week = packed.setdefault("hour_of_week", {})
        of_year = packed.setdefault("month_of_year", {})
        for hour, times in Counter(event[2] // 3600 for event in events).items():
            moment = hour * 3600
            add_up(of_week, {hour_of_week(moment): times})
            add_up(of_year, {month_of(moment // DAY): times})

    def _add_facets(self, row: list[Any], events: Sequence[Any]) -> None:
        """Add the values that events share to sets and counters, and keep the latest campaign."""
        packed = row[PACKED]
        facets = [
            (self._values.facets[number], times) for number, times in Counter(e[4] for e in events).items()
        ]
        for name, part in FACET_SETS.items():
            if found := {value for facet, _ in facets if (value := getattr(facet, part)) is not None}:
                packed[name] = sorted(found.union(packed.get(name, ())))
        for name, part in FACET_COUNTERS.items():
            for facet, times in facets:
                if (value := getattr(facet, part)) is not None:
                    add_up(packed.setdefault(name, {}), {value: times})
        for event in events:
            if (campaign := self._values.facets[event[4]].campaign) is not None:
                keep_later(row, LAST_PLACES["rs_campaign_id"], event[2], campaign)

    def _add_further(self, kept: dict[str, Any], events: Sequence[Any]) -> None:
        for event in events:
            word = self._values.words[event[1]]
            columns = self._columns(event)
            for field in self._further:
                if not field.feeds or word in field.feeds:
                    value = field.add(kept.get(field.name), event[2], columns.get(field.column or ""))
                    if value is not None:
                        kept[field.name] = value

    def _columns(self, event: Any) -> dict[str, str | None]:
        """Return the values of an event by the names of columns."""
        customer, other, file = event[len(COLUMNS) : len(COLUMNS) + len(FURTHER_COLUMNS)]
        names = self._values.columns_of(self._connection, file)
        facet: Facet = self._values.facets[event[4]]
        values = {
            name: value or None
            for name, value in zip(names, (other or facet.other or "").split(SEPARATOR), strict=False)
        }
        return {
            **{name: value or None for name, value in values.items()},
            **{name: getattr(facet, part) for name, part in FACET_NAMES.items()},
            **self._names_in(event),
            "EVENT_CAPTURED_DT": iso_text(event[2]),
            "CUSTOMER_ID": customer,
            "MOBILE_NUMBER": event[6],
        }

    def _names_in(self, event: Any) -> dict[str, str | None]:
        """Return RIID and address."""
        kind, name = self._names[event[0]]
        address = self._names.get(event[5], ("", None))[1]
        return {"RIID": name if kind == "riid" else None, "EMAIL": address, "EMAIL_ADDRESS_": address}
