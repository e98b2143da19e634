"""Queries of the HTTP API; what is unknown is refused."""

import re
from datetime import timedelta
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}  # seconds


class Query(Schema):
    """Parameters of a query."""

    class Meta:
        """What marshmallow is told."""

        unknown = RAISE


class Duration(fields.Field[timedelta]):
    """A length of time: 30m, 2h, 7d."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> timedelta:
        found = re.fullmatch(r"([0-9]{1,9})([smhdw])", str(value))
        if not found:
            raise ValidationError("This is no length of time: write 90s, 30m, 2h, 7d or 1w.")
        return timedelta(seconds=int(found[1]) * UNITS[found[2]])


class PageQuery(Query):
    """A page of a list, newest first."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 500))
    cursor = fields.String(validate=validate.Length(1, 1_000))


class ActivityQuery(PageQuery):
    """Filters of the activity."""

    actor = fields.String()
    action = fields.String()
    since = Duration(metadata={"example": "24h"})


class NoQuery(Query):
    """No parameter at all."""


class ActivationsQuery(Query):
    """How a body of activations is taken in."""

    only_valid = fields.Boolean(
        data_key="partial", load_default=False, metadata={"description": "Take the valid rows only."}
    )
    bulk = fields.Boolean(load_default=False, metadata={"description": "Let real-time rows go first."})
    ids = fields.Boolean(load_default=True, metadata={"description": "Answer with the ids of the rows."})
