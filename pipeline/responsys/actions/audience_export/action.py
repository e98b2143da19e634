"""Keep a profile list, and extension tables of it, up to date with an audience.

::

    ADD, UPDATE   merge the list → fields into their table → "1" for the audience in the table of memberships
    REMOVE        flag         "0" for the audience, where the person has a row
                  blank        fields blanked, where the person has a row; and "0"
                  delete_row   the person's row of fields deleted; and "0", or that row deleted when it holds
                               no other audience

A leaver is never inserted, and no member is ever deleted from the list.
"""

from collections.abc import Iterable, Mapping, Sequence

from pipeline.model.action import Action, Step
from pipeline.model.activation import Activation
from pipeline.model.destination import Destination
from pipeline.responsys.actions.audience_export.column import left_out, skipping
from pipeline.responsys.actions.audience_export.extension_tables import ExtensionTables
from pipeline.responsys.actions.audience_export.keys import HASHED, PLAIN, Key, Unusable
from pipeline.responsys.actions.audience_export.needed import needed
from pipeline.responsys.actions.audience_export.profile_list import ProfileList
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.merge_rule import is_leaver
from pipeline.responsys.needs import Need
from pipeline.text.recipients import recipient_hash


class AudienceExport(Action):
    """One member of the list per row."""

    connector: ResponsysConnector
    name = "audience_export"
    coalesces = True
    functions = (
        "mergeListMembers",
        "mergeProfileExtensionMembers",
        "retrieveProfileExtensions",
        "createProfileExtension",
        "deleteProfileExtensionMembers",
    )

    def __init__(self, connector: ResponsysConnector, destination: Destination) -> None:
        super().__init__(connector, destination)
        identifiers = destination.options["identifiers"].items()
        keys = {column: Key(source, column) for source, column in identifiers}
        self.list = ProfileList.of(connector, destination.options, keys)
        self.tables = ExtensionTables.of(connector, destination, keys)
        fields = self.tables.fields.columns if self.tables.fields else ()
        self._skipping = skipping((*self.list.columns, *fields))
        self.leaves_out = bool(self._skipping)

    def problem(self, row: Activation) -> str | None:
        """Look for identifiers that are missing or malformed, and for unclear consent."""
        if is_leaver(row):
            return self.tables.leaving_problem(row)
        return self.list.problem(row) or self.tables.entering_problem(row)

    def recipient(self, row: Activation) -> str | None:
        """Return a hash of the values by which a person is found in the list or, without them, in tables."""
        match = self.list.match.keys_of(row)
        keys = match if all(key.given(row) for key in match) else self.tables.order
        values = [f"{key.column} {named(key, row)}" for key in keys if key.given(row)]
        if keys is self.tables.order:
            values = values[:1]
        return recipient_hash("\0".join(values)) if values else None

    def shape(self, row: Activation) -> str:
        """Name the columns of the calls, and the identifier by which people are found."""
        key = self.tables.key_of(row)
        found_by = key.column if key else ""
        if is_leaver(row):
            return f"{row.call_type} {found_by}"
        columns = ",".join(self.list.columns_of(row))
        fields = ",".join(column.name for column in self.tables.fields_of(row))
        return f"{columns} {found_by if fields or self.tables.memberships else ''} {fields}"

    def left_out(self, rows: Iterable[Activation]) -> Mapping[str, int]:
        """Count the values of list columns and fields that rows that enter go without."""
        return left_out(self._skipping, (row for row in rows if not is_leaver(row)))

    def attributes(self) -> frozenset[str]:
        """Name all identifiers and variables that are read of an activation."""
        sources = (*self.destination.options["identifiers"], *self.list.sources(), *self.tables.sources())
        return frozenset((*sources, PLAIN) if HASHED in sources else sources)

    def contested_address(self, row: Activation, code: str) -> str | None:
        """Return the address that a merge by RIID did not take."""
        return self.list.contested_address(row, code)

    def needs(self) -> tuple[Need, ...]:
        """Name the columns of the list, and the tables."""
        return tuple(needed(self.list, self.tables))

    def steps(self, rows: Sequence[Activation]) -> tuple[Step, ...]:
        """Return the calls for rows that enter, or for rows that leave."""
        if is_leaver(rows[0]):
            return tuple(self.tables.leaving(rows[0]))
        return (self.list.merge(), *self.tables.entering(rows[0]))


def named(key: Key, row: Activation) -> str:
    """Return the value of a match column in a call; addresses in lower case."""
    try:
        return key.value(row).lower()
    except Unusable:  # of a leaver; it is found by another column
        return key.given(row) or ""
