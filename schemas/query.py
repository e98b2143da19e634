"""Queries of the HTTP API and their fields; an unknown parameter is refused."""

import re
from datetime import timedelta
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

WITHOUT_NUL = r"^[^\x00]*$"
UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}  # seconds
MAX_DURATION = 100 * 365 * UNITS["d"]  # seconds; dates begin with the year 1


class Query(Schema):
    """Parameters of a query."""

    class Meta:
        """Marshmallow's own settings."""

        unknown = RAISE


class Text(fields.String):
    """Text that a database can look for: PostgreSQL keeps no NUL."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "metadata": {"pattern": WITHOUT_NUL, **options.get("metadata", {})}})

    def _deserialize(self, value: Any, *args: Any, **options: Any) -> Any:
        text = super()._deserialize(value, *args, **options)
        if "\0" in text:
            raise ValidationError("This must not hold a NUL character.")
        return text


class Whole(fields.Integer):
    """A whole number of a JSON document, as 1 or 1.0: neither text nor a fraction."""

    def _deserialize(self, value: Any, *args: Any, **options: Any) -> Any:
        if type(value) is not int and not (type(value) is float and value.is_integer()):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, *args, **options)


class Truth(fields.Boolean):
    """``true`` or ``false`` of a JSON document."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if type(value) is not bool:
            raise self.make_error("invalid", input=value)
        return value


class Duration(fields.Field[timedelta]):
    """A length of time: 30m, 2h, 7d; no longer than a hundred years."""

    def __init__(self, **options: Any) -> None:
        described = {"type": "string", "pattern": "^[0-9]{1,9}[smhdw]$", "example": "2h"}
        super().__init__(metadata={**described, **options.pop("metadata", {})}, **options)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> timedelta:
        found = re.fullmatch(r"([0-9]{1,9})([smhdw])", str(value))
        if not found:
            raise ValidationError("This is no length of time: write 90s, 30m, 2h, 7d or 1w.")
        return timedelta(seconds=min(int(found[1]) * UNITS[found[2]], MAX_DURATION))


class PageQuery(Query):
    """A page of a list, newest first."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 500))
    cursor = fields.String(validate=validate.Length(1, 1_000))


class NoQuery(Query):
    """No parameter at all."""


class NoBody(Query):
    """No body, or an object without keys."""

    optional = True
