"""The options of ``program_entry``: merge people into the list, write their fields, trigger an event."""

from collections.abc import Mapping
from typing import Any

from marshmallow import validates_schema

from schemas import export_rules
from schemas.audience_export import MOST_COLUMNS, STATUSES, Update
from schemas.configuration_fields import Field, Flag, OneOf, SomeOf, Text
from schemas.destination_document import DestinationDocument
from schemas.exported_columns import ListColumns, TableColumns
from schemas.identifier_columns import Identifiers, MatchColumn


class ProgramEntry(DestinationDocument):
    """Enter people into the programme that listens to an event."""

    event = Text(required=True, slashes=False)
    program = Text(load_default=None, slashes=False)  # that the event enters people into
    identifiers = Identifiers(required=True)
    match_column_1 = MatchColumn(required=True)
    columns = ListColumns(load_default=dict)
    insert_on_no_match = Flag(load_default=False)
    update_on_match = Update(load_default="REPLACE_ALL")
    new_members = OneOf("a status for new members", STATUSES, load_default=None)
    fields: Field = TableColumns(most=MOST_COLUMNS, load_default=dict)  # type: ignore[assignment] # not marshmallow's
    fields_table = Text(load_default=None, slashes=False)
    table_folder = Text(load_default=None, slashes=False)
    call_types = SomeOf("a call type that enters people", ["ADD", "UPDATE"], load_default=lambda: ["ADD"])
    existing_members = Flag(load_default=False)

    @validates_schema(skip_on_field_errors=False)
    def agree(self, data: Mapping[str, Any], **_: Any) -> None:
        """Check rules about several options; the merge of a program entry never changes a permission."""
        export_rules.check_merge({**data, "permission": "unchanged"})
