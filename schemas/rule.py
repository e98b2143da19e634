"""A rule as it is configured: when a record of a stream is so, its person enters an audience."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, post_load, validates_schema

from schemas.configuration_fields import Flag, Number, OneOf, Text
from schemas.document import Document, Table
from schemas.record_condition import Condition
from schemas.rule_fields import ColumnValues, DocumentField, EventColumns, Hours, Most, Points, SpanOrNever
from schemas.time_span import TimeSpan

COLUMN = re.compile(r"(?:[A-Za-z][A-Za-z0-9_]{0,149}\.)?[A-Za-z][A-Za-z0-9_]{0,149}")  # also TABLE.COLUMN
COLUMN_RULE = "must be the name of a column of Responsys"
HIGHEST_PRIORITY = 1_000
MOST_POINTS = 1_000_000
OF_SCORES = ("score", "within", "reaches")  # all of them or none


class RuleDocument(Document):
    """One rule."""

    label = Text()  # for people, beside the name that commands take
    description = Text()
    source = Text(required=True)
    audience = Text(required=True, slashes=False)
    on = OneOf("an occasion", ["new", "change"], load_default="change")
    when = Condition()
    current = Condition(with_changes=False)
    active_for = TimeSpan()
    group = Text()
    priority = Number(least=0, most=HIGHEST_PRIORITY, load_default=0)
    busy = OneOf("an answer to a busy person", ["wait", "leave"], load_default="wait")
    again_after = SpanOrNever()  # "never"; of a rule with `once`: at once
    only_if = Table(ColumnValues(), COLUMN, COLUMN_RULE)
    most = DocumentField(Most)
    hours = DocumentField(Hours)
    once = EventColumns()
    score = Points()
    within = TimeSpan()
    reaches = Number(above=0, most=MOST_POINTS)
    existing = Flag(load_default=False)
    mode = OneOf("a mode", ["live", "watch"], load_default="live")

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def scores_whole(self, _: Mapping[str, Any], rule: Mapping[str, Any], **_options: Any) -> None:
        """Refuse a part of a score."""
        given = [key for key in OF_SCORES if key in rule]
        missing = [key for key in OF_SCORES if key not in rule]
        if given and missing:
            raise ValidationError(
                {key: [f"is missing: it goes with {' and '.join(given)}"] for key in missing}
            )

    @post_load
    def enter_once(self, rule: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Let people enter once by rules that do not count events by `once`."""
        if "once" not in rule:
            rule.setdefault("again_after", "never")
        return rule
