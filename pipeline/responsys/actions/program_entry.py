"""Enter people into a programme: merge the list → write their fields → trigger the event.

The merge tells the RIID of each person, by which the fields and the event are then addressed. A row that the
merge did not take triggers nothing. Merge and fields may be repeated, the event is never triggered twice
without a person's decision.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from pipeline.model.action import Action, Step
from pipeline.model.activation import Activation
from pipeline.model.destination import Destination
from pipeline.responsys.actions.audience_export.column import Column, carried, left_out, problems, skipping
from pipeline.responsys.actions.audience_export.entries import Entries
from pipeline.responsys.actions.audience_export.extension_tables import fields_table
from pipeline.responsys.actions.audience_export.keys import Key
from pipeline.responsys.actions.audience_export.needed import extension_table, list_columns
from pipeline.responsys.actions.audience_export.profile_list import ProfileList
from pipeline.responsys.actions.event_trigger import EventTrigger, Property, properties_of, reserved
from pipeline.responsys.connector import ResponsysConnector
from pipeline.responsys.needs import Event, ListColumns, Need
from pipeline.text.recipients import recipient_hash

RIID = Key("riid", "RIID_")  # as the merge told it
NO_CONSENT = {"permission": "unchanged", "permission_channel": "email"}


class ProgramEntry(Action):
    """One entry per row."""

    connector: ResponsysConnector
    name = "program_entry"
    coalesces = False
    functions = (
        "mergeListMembers",
        "mergeProfileExtensionMembers",
        "triggerCustomEvent",
        "retrieveProfileExtensions",
        "createProfileExtension",
    )

    def __init__(self, connector: ResponsysConnector, destination: Destination) -> None:
        super().__init__(connector, destination)
        options = destination.options
        keys = {column: Key(source, column) for source, column in options["identifiers"].items()}
        self.list = ProfileList.of(connector, {**options, **NO_CONSENT}, keys)
        self.table = fields_table(connector, destination)
        self._fields = self.table.columns if self.table else ()
        self._skipping = skipping((*self.list.columns, *self._fields))
        self.leaves_out = bool(self._skipping)
        self._event = EventTrigger(connector, options["event"], "riid", free_properties).step()

    def problem(self, row: Activation) -> str | None:
        """Look for identifiers that are missing or malformed, and for values that no column takes."""
        return self.list.problem(row) or next(problems(self._fields, row), None)

    def recipient(self, row: Activation) -> str:
        """Return a hash of the values by which the person is found in the list."""
        keys = self.list.match.keys_of(row)
        return recipient_hash("\0".join(f"{key.column} {key.value(row).lower()}" for key in keys))

    def shape(self, row: Activation) -> str:
        """Name the columns of the calls."""
        fields = ",".join(column.name for column in carried(self._fields, row))
        return f"{','.join(self.list.columns_of(row))} {fields}"

    def left_out(self, rows: Iterable[Activation]) -> Mapping[str, int]:
        """Count the values of list columns and fields that rows go without."""
        return left_out(self._skipping, rows)

    def contested_address(self, row: Activation, code: str) -> str | None:
        """Return the address that a merge by RIID did not take."""
        return self.list.contested_address(row, code)

    def needs(self) -> tuple[Need, ...]:
        """Name the columns of the list, the table of the fields, and the event."""
        return tuple(self._needs())

    def _needs(self) -> Iterator[Need]:
        yield ListColumns(list_columns(self.list))
        if self.table:
            columns = {column.name: column.type for column in self._fields}
            yield extension_table(self.table, self.destination.options.get("table_folder"), columns)
        yield Event(self.destination.options["event"])

    def steps(self, rows: Sequence[Activation]) -> tuple[Step, ...]:
        """Merge, write the fields that the rows carry, trigger."""
        fields = carried(self._fields, rows[0])
        return (self.list.merge(), *self._writing(fields), self._event)

    def _writing(self, fields: Sequence[Column]) -> Iterator[Step]:
        if self.table and fields:
            yield from self.table.steps()
            yield Entries("fields", self.table, RIID).write(self._values)

    def _values(self, row: Activation) -> Mapping[str, str | None]:
        return {column.name: column.text(row) for column in carried(self._fields, row)}


def free_properties(row: Activation) -> list[Property]:
    """Return the properties of an event, without variables that Responsys keeps the names of to itself."""
    taken = set(reserved(row.variables))
    if not taken:
        return properties_of(row)
    variables = {name: value for name, value in row.variables.items() if name not in taken}
    return properties_of(replace(row, variables=variables))
