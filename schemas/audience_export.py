"""The options of ``audience_export``: keep a profile list and its extension tables up to date."""

from collections.abc import Mapping
from typing import Any

from marshmallow import post_load, validates_schema

from schemas import export_rules
from schemas.activation_limits import CALL_TYPES
from schemas.configuration_fields import Field, Flag, OneOf, SomeOf, Text
from schemas.derived_columns import Derived
from schemas.destination_document import DestinationDocument
from schemas.exported_columns import ListColumns, TableColumn, TableColumns
from schemas.identifier_columns import IdentifierColumn, IdentifierColumns, Identifiers, MatchColumn

MOST_COLUMNS = 29  # of a table, beside the identifier
STATUSES = ("optin", "optout")
CHANNELS = ("email", "mobile", "postal")
ON_REMOVE = ("flag", "blank", "delete_row", "nothing")
UPDATES = {True: "REPLACE_ALL", False: "NO_UPDATE"}  # Responsys' own words


class Update(OneOf):
    """Responsys' word for the treatment of a match; or true or false."""

    def __init__(self, **options: Any) -> None:
        super().__init__("a rule for people who match", UPDATES.values(), **options)

    def read(self, value: Any) -> str:
        """Refuse everything else."""
        return UPDATES[value] if isinstance(value, bool) else super().read(value)


class AudienceExport(DestinationDocument):
    """Merge people into the list, their fields and their membership into extension tables."""

    settled = frozenset({"on_remove", "call_types"})

    identifiers = Identifiers(required=True)
    match_column_1 = MatchColumn(required=True)
    match_column_2 = IdentifierColumn(load_default=None)
    columns = ListColumns(load_default=dict)
    insert_on_no_match = Flag(load_default=False)
    update_on_match = Update(load_default="REPLACE_ALL")
    permission = Text(load_default="unchanged")  # or a status, or the variable that decides it
    permission_channel = OneOf("a channel", CHANNELS, load_default="email")
    new_members = OneOf("a status for new members", STATUSES, load_default=None)
    fields: Field = TableColumns(most=MOST_COLUMNS, load_default=dict)  # type: ignore[assignment] # not marshmallow's
    fields_table = Text(load_default=None, slashes=False)
    memberships = Derived(TableColumn(), most=MOST_COLUMNS, load_default=dict)
    memberships_table = Text(load_default="Activation_Segments", slashes=False)
    table_folder = Text(load_default=None, slashes=False)
    extension_identifiers = IdentifierColumns(load_default=lambda: list(export_rules.EXTENSION_ORDER))
    on_remove = OneOf("something to do then", ON_REMOVE, load_default=None)
    call_types = SomeOf("a call type", CALL_TYPES, load_default=None)
    existing_members = Flag(load_default=True)

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def agree(self, data: Mapping[str, Any], original: Mapping[str, Any], **_: Any) -> None:
        """Check rules about several options."""
        export_rules.check(data, original)

    @post_load
    def settle(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """By default flag profiles that leave, if there is a flag; take REMOVE only if it has an effect."""
        way = export_rules.on_remove(data)
        taken = [each for each in CALL_TYPES if each != "REMOVE" or way != "nothing"]
        return {**data, "on_remove": way, "call_types": data["call_types"] or taken}
