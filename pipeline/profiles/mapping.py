"""The mapping of events to fields: 53 of them, as data. A change of meaning is a new ``VERSION``.

Kinds: ``count`` of events; ``min`` and ``max`` of a time; ``set`` of values; ``valuect``, a counter per
value; ``last``, the value with the latest captured time, then the greater text; ``valuemax``, the latest
captured time per value. A field without ``counts`` looks at every row that has the value.

``hourly`` and ``email_domain`` are told by another field, and not stored.
"""

from dataclasses import dataclass

from pipeline.stores.event_tables import COUNTED, first_name, last_name

VERSION = "1"


@dataclass(frozen=True)
class MappedField:
    """One field: its kind, the value it is made of, and the counted events that it looks at."""

    name: str
    kind: str
    value: str = ""  # of a count: none
    counts: str = ""  # one of COUNTED; "": every row
    told_by: str = ""  # another field


FIELDS = (
    MappedField("rs_campaign_id", "last", "campaign"),
    *(MappedField(f"{name}_ct", "count", counts=name) for name in COUNTED),
    *(MappedField(last_name(name), "max", "captured", counts=name) for name in COUNTED),
    *(MappedField(first_name(name), "min", "captured", counts=name) for name in COUNTED),
    MappedField("last_active_ts", "max", "captured"),
    MappedField("last_channel_activities", "valuemax", "channel"),
    MappedField("channels", "set", "channel", told_by="last_channel_activities"),
    MappedField("email", "last", "address"),
    MappedField("email_domain", "last", "address", told_by="email"),
    MappedField("phone", "last", "phone"),
    MappedField("rs_user_id", "last", "riid"),
    MappedField("rs_list_id", "set", "list"),
    MappedField("rs_categories", "set", "category"),
    MappedField("rs_offers", "set", "offer"),
    MappedField("email_urls", "set", "url"),
    MappedField("rs_segments", "set", "segment"),
    MappedField("hashedurls", "valuect", "page"),
    MappedField("hourly", "valuect", "hour", told_by="hour_of_week"),
    MappedField("hour_of_week", "valuect", "hour_of_week"),
    MappedField("month_of_year", "valuect", "month"),
)

OF_FACETS = ("campaign", "launch", "list", "offer", "category", "url", "segment", "other", "page")
FACET_SETS = {field.name: field.value for field in FIELDS if field.kind == "set" and not field.told_by}
FACET_COUNTERS = {field.name: field.value for field in FIELDS if field.value == "page"}
