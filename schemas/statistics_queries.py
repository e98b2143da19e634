"""Days and steps of numbers."""

from datetime import timedelta
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from schemas.query import Duration, Query, Text

LONGEST_SERIES = {"minute": timedelta(days=1), "hour": timedelta(days=92), "day": timedelta(days=3_660)}
USUAL_SERIES = {"minute": timedelta(hours=1), "hour": timedelta(days=1), "day": timedelta(days=30)}


class StatsQuery(Query):
    """The days of the numbers."""

    days = fields.Integer(load_default=7, validate=validate.OneOf((7, 30, 90)))
    connector = Text()


class SeriesQuery(Query):
    """Steps of time, back from now."""

    step = fields.String(load_default="minute", validate=validate.OneOf(tuple(LONGEST_SERIES)))
    since = Duration(metadata={"example": "1h"})
    connector = Text()
    destination = Text()

    @validates_schema
    def not_too_many(self, query: dict[str, Any], **_: Any) -> None:
        """Refuse a time that has too many steps."""
        longest = LONGEST_SERIES[query["step"]]
        if query.get("since", timedelta()) > longest:
            raise ValidationError(f"Steps of a {query['step']} go back {longest.days} days at most.", "since")

    @post_load
    def with_since(self, query: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Choose a time that suits the step if none is given."""
        return {"since": USUAL_SERIES[query["step"]], **query}
