"""A span of time in the configuration, such as "7d"."""

from typing import Any

from marshmallow import ValidationError

from schemas.configuration_fields import Field
from schemas.spans import SECONDS, SPAN, seconds_in

LONGEST_SPAN = 3_660 * SECONDS["d"]


class TimeSpan(Field):
    """A whole number and a unit; the text stays as it is."""

    def read(self, value: Any) -> str:
        """Refuse other texts, and spans of more than ten years."""
        match = SPAN.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise ValidationError('must be a number with s, m, h, d or w, such as "7d"')
        if seconds_in(match[0]) > LONGEST_SPAN:
            raise ValidationError("must not be longer than ten years")
        return str(value)
