"""The kinds of field that rules are made of."""

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, validates_schema

from schemas.configuration_fields import Field, Number, OneOf, SomeOf, Text, Whole
from schemas.document import Document, Table
from schemas.record_words import DAYS
from schemas.responsys_sources import EVENT_TYPE
from schemas.time_span import TimeSpan

CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
MOST_VALUES = 200
MOST_ENTRIES = 10_000
MOST_COLUMNS = 10  # of events
MOST_SCORE = 10_000  # points of an event


class SpanOrNever(TimeSpan):
    """A span of time, or "never"."""

    def read(self, value: Any) -> str:
        """Refuse other texts."""
        if value == "never":
            return "never"
        try:
            return super().read(value)
        except ValidationError as error:
            raise ValidationError(f'{error.messages[0]}, or "never"') from None


class ClockTime(Field):
    """A time of day, such as "09:00"; a day ends at "24:00"."""

    def read(self, value: Any) -> str:
        """Refuse other texts."""
        if not isinstance(value, str) or not CLOCK.fullmatch(value):
            raise ValidationError('must be a time of day, such as "09:00"')
        return value


class Zone(Field):
    """A time zone by its name."""

    def read(self, value: Any) -> str:
        """Refuse a name that no zone has."""
        try:
            return ZoneInfo(value).key
        except (TypeError, ValueError, OSError, KeyError):  # the last: no zone has this name
            raise ValidationError('must be a time zone, such as "Europe/Paris"') from None


class ColumnValues(Field):
    """The values that a column of Responsys may have."""

    def read(self, value: Any) -> list[str]:
        """Refuse anything but a list of texts."""
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_VALUES:
            raise ValidationError(f"must be a list of 1 to {MOST_VALUES} texts")
        return [Text().read(each) for each in value]


class EventColumns(Field):
    """The columns of events by which a person enters once."""

    def read(self, value: Any) -> list[str]:
        """Refuse an empty list, and a name that occurs twice."""
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_COLUMNS:
            raise ValidationError(f"must be a list of 1 to {MOST_COLUMNS} columns of events")
        names = [Text().read(name) for name in value]
        if len(set(names)) < len(names):
            raise ValidationError("must not name anything twice")
        return names


class Points(Table):
    """Types of events, and the points of each."""

    def __init__(self, **options: Any) -> None:
        points = Number(least=-MOST_SCORE, most=MOST_SCORE)
        super().__init__(points, EVENT_TYPE, "must be a type of event in capitals", **options)

    def read(self, value: Any) -> dict[str, float]:
        """Refuse a table of none."""
        points: dict[str, float] = super().read(value)
        if not points:
            raise ValidationError("must name at least one type of event")
        return points


class DocumentField(Field):
    """A table within a record."""

    def __init__(self, document: type[Schema], **options: Any) -> None:
        super().__init__(**options)
        self.document = document

    def read(self, value: Any) -> dict[str, Any]:
        """Read it by its schema."""
        if not isinstance(value, Mapping):
            raise ValidationError("must be a table")
        loaded: dict[str, Any] = self.document().load(value)
        return loaded


class Most(Document):
    """The most entries of a person within a time, by one rule or by all."""

    entries = Whole(least=1, most=MOST_ENTRIES, required=True)
    per = TimeSpan(required=True)
    over = OneOf("a reach", ["rule", "all"], load_default="rule")


class OpeningHours(Document):
    """The order of the two times of a day."""

    @validates_schema(skip_on_field_errors=False)
    def opens_first(self, hours: Mapping[str, Any], **_: Any) -> None:
        """Refuse hours that end before they begin."""
        if hours.keys() >= {"from", "to"} and hours["from"] >= hours["to"]:
            raise ValidationError({"to": ["must be later than from"]})


# "from" cannot be the name of an attribute in a class body.
Hours = OpeningHours.from_dict(
    {
        "days": SomeOf("a day", DAYS, load_default=list(DAYS)),
        "from": ClockTime(load_default="00:00"),
        "to": ClockTime(load_default="24:00"),
        "zone": Zone(load_default="UTC"),
    }
)
