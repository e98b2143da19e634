"""The options of ``campaign_email``: send a campaign's e-mail to each profile that enters the audience."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from schemas.columns import column_problem
from schemas.configuration_fields import Field, Flag, Number, OneOf, SomeOf, Text, Whole
from schemas.destination_document import MAX_AGE, DestinationDocument
from schemas.mapping import Mapped
from schemas.time_span import TimeSpan

DAY = 24 * 3600  # seconds
MAX_DEDUPE = 366 * DAY
MOST_FIELDS = 29


class TemplateVariable(Text):
    """The name of a variable of the campaign's template."""

    def read(self, value: Any) -> str:
        """Refuse Responsys' own names: as optional data they can have a recipient skipped."""
        name = super().read(value)
        if name.endswith("_"):
            raise ValidationError(f'"{name}": names that end in _ are Responsys\' own')
        return name


class CampaignEmail(DestinationDocument):
    """Send a campaign's e-mail."""

    campaign = Text(required=True, slashes=False)
    email_field = Text(load_default="email")
    fields: Field = Mapped(TemplateVariable(), most=MOST_FIELDS, load_default=dict)  # type: ignore[assignment] # not marshmallow's
    fields_table = Text(load_default=None, slashes=False)
    table_folder = Text(load_default=None, slashes=False)
    insert_on_no_match = Flag(load_default=False)
    new_members = OneOf("a status for new members", ["optin", "optout"], load_default=None)
    dedupe = Whole(least=0, most=MAX_DEDUPE, load_default=DAY)
    existing_members = Flag(load_default=False)
    settle_within = TimeSpan(
        load_default="24h"
    )  # of a call's begin, in which event files tell of its e-mails
    call_types = SomeOf("a call type that sends e-mail", ["ADD"], load_default=lambda: ["ADD"])
    max_age = Number(above=0, most=MAX_AGE, load_default=60)

    @validates_schema(skip_on_field_errors=False)
    def agree(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse options that do not go together, all at once."""
        problems = {**consent(data), **tables(data)}
        if problems:
            raise ValidationError(problems)


def consent(data: Mapping[str, Any]) -> dict[str, Any]:
    """Have the operator say whether new members have agreed; no default can."""
    status, insert = data.get("new_members"), data.get("insert_on_no_match")
    if insert and "new_members" in data and not status:
        return {
            "new_members": ['is missing: say "optin" or "optout" for people whom insert_on_no_match adds']
        }
    if status and insert is False:
        return {"new_members": ["means nothing without insert_on_no_match = true"]}
    return {}


def tables(data: Mapping[str, Any]) -> dict[str, Any]:
    """Fields for a table need a table, and names that its columns can have."""
    fields, table = data.get("fields"), data.get("fields_table")
    if data.get("table_folder") and "fields_table" in data and not table:
        return {"table_folder": ["means nothing without fields_table"]}
    if fields is None or not table:
        return {}
    if not fields:
        return {"fields_table": ["means nothing without fields"]}
    wrong = {
        source: [f'"{name}" cannot be a column of fields_table: {problem}']
        for source, name in fields.items()
        if (problem := column_problem(name))
    }
    return {"fields": wrong} if wrong else {}
