"""A further field of profiles as it is configured, beside the 53 that every profile may have."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from schemas.configuration_fields import Field, MaybeText, OneOf, Text, not_there
from schemas.document import Document, Table

KINDS = ("count", "min", "max", "set", "valuect", "last")
FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
FIELD_RULE = "must be 1 to 63 letters, digits and underscores, no digit first"
COUNTED = """
    email_bounce email_click email_complaint email_open email_opt_in email_opt_out email_sent
    sms_bounce sms_open sms_opt_in sms_opt_out sms_sent
""".split()
OTHERS = """
    rs_campaign_id last_active_ts last_channel_activities channels email email_domain phone rs_user_id
    rs_list_id rs_categories rs_offers email_urls rs_segments hashedurls hourly hour_of_week month_of_year
""".split()
BUILT_IN = frozenset(
    OTHERS
    + [f"{name}_ct" for name in COUNTED]
    + [name.replace("_", f"_{which}_", 1) + "_ts" for name in COUNTED for which in ("first", "last")]
)
VIEW_COLUMN = "person"  # of the view responsys_people, beside the fields
NOT_KEPT = ("ACCOUNT_ID", "EVENT_STORED_DT", "EVENT_TYPE_ID")  # columns that no event is stored with
FEEDS = """
    BOUNCE CLICK COMPLAINT OPEN OPT_IN OPT_OUT SENT SKIPPED FAIL CONVERT
    SMS_FAIL SMS_DELIVERED SMS_DIVERED SMS_OPT_IN SMS_OPT_OUT SMS_SENT SMS_CLICK SMS_SKIPPED
""".split()
OTHER_FEEDS = ("PUSH_", "WEBPUSH_", "MMS_")  # beginnings of words, of which all rows are kept


class Words(Field):
    """A list of words of feeds, as file names have them."""

    def read(self, value: Any) -> list[str]:
        """Refuse anything but a list of feeds that count."""
        if not isinstance(value, list) or not value:
            raise ValidationError('must be a list of feeds, such as ["CLICK"]')
        words = [Text(slashes=False).read(word) for word in value]
        for word in words:
            if word.upper() not in FEEDS and not word.upper().startswith(OTHER_FEEDS):
                raise ValidationError(not_there(word, "a feed whose rows are kept", FEEDS))
        return words


class FieldColumn(MaybeText):
    """A column of the files."""

    def read(self, value: Any) -> str:
        """Refuse a column of which no event has a value."""
        name = super().read(value)
        if name.strip().upper() in NOT_KEPT:
            raise ValidationError(
                f'"{name}" is not kept with events, so the field would stay empty; '
                f"all columns are kept but {', '.join(NOT_KEPT)}"
            )
        return name


class ProfileFieldDocument(Document):
    """One field."""

    kind = OneOf("a kind", KINDS, required=True)
    column = FieldColumn()
    feeds = Words()

    @validates_schema
    def needs_column(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse a count of a column, and any other kind without one."""
        if data.get("kind") == "count" and data.get("column"):
            raise ValidationError("a count has no column", "column")
        if data.get("kind") not in (None, "count") and not data.get("column"):
            raise ValidationError("must be the name of a column of the files", "column")


class ProfileField(Field):
    """A further field within the configuration."""

    def read(self, value: Any) -> dict[str, Any]:
        """Read it by its schema."""
        if not isinstance(value, Mapping):
            raise ValidationError("must be a table")
        loaded: dict[str, Any] = ProfileFieldDocument().load(value)
        return loaded


class ProfileFields(Table):
    """Further fields by their names, which no built-in field has."""

    def __init__(self, **options: Any) -> None:
        super().__init__(ProfileField(), FIELD, FIELD_RULE, **options)

    def problem_of(self, name: str, earlier: int) -> str | None:
        """Return why a field cannot have this name; None: it can. SQL knows no case."""
        if name.lower() in BUILT_IN:
            return "every profile has a field of this name"
        if name.lower() == VIEW_COLUMN:
            return "the view responsys_people has a column of this name"
        return super().problem_of(name, earlier)

    def read(self, value: Any) -> dict[str, Any]:
        """Refuse two names that differ in their case alone."""
        fields = super().read(value)
        first: dict[str, str] = {}
        problems = {
            name: f'differs from "{first[name.lower()]}" in its case alone'
            for name in fields
            if first.setdefault(name.lower(), name) != name
        }
        if problems:
            raise ValidationError(problems, valid_data=fields)
        return fields
